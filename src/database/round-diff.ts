import type { RefusedDocument } from '../model/entry.js';
import { cutText } from '../model/bounded-text.js';
import type { CatalogChange, VersionRef } from './catalog-change.js';

/** Versions named for each kind of change; the counts of a run say how many there were. */
export const DIFF_NAMES = 100;
/** Longest name or version in a diff, in UTF-16 units; valid ones are shorter, refused ones may be anything. */
const MAX_NAME = 255;

/** A version in a diff. Of a refused document as much as could be read. */
export type DiffItem = Pick<VersionRef, 'kind'> & { readonly name?: string; readonly version?: string };

/** What a round changed, by name: at most `DIFF_NAMES` of each. */
export interface RoundDiff {
  readonly added: readonly DiffItem[];
  readonly changed: readonly DiffItem[];
  readonly removed: readonly DiffItem[];
  readonly refused: readonly DiffItem[];
}

/** The names behind the numbers of a round. */
export function roundDiff(change: CatalogChange, refused: readonly RefusedDocument[]): RoundDiff {
  const written = (isNew: boolean) =>
    change.writes.filter((write) => write.isNew === isNew).map(({ document }) => document);
  return {
    added: firstOf(written(true)),
    changed: firstOf(written(false)),
    removed: firstOf(change.drops),
    refused: firstOf(refused),
  };
}

function firstOf(items: readonly DiffItem[]): DiffItem[] {
  return items.slice(0, DIFF_NAMES).map(({ kind, name, version }) => ({
    kind,
    ...(name !== undefined && { name: cutText(name, MAX_NAME) }),
    ...(version !== undefined && { version: cutText(version, MAX_NAME) }),
  }));
}
