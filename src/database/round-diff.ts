import { cutText } from '../model/bounded-text.js';
import type { EntryKind } from '../model/entry.js';

/** Versions named for each kind of change; the counts of a run say how many there were. */
export const DIFF_NAMES = 100;
/** Longest name or version in a diff, in UTF-16 units; valid ones are shorter, refused ones may be anything. */
const MAX_NAME = 255;

/** A version in a diff. Of a refused document as much as could be read. */
export interface DiffItem {
  readonly kind: EntryKind;
  readonly name?: string;
  readonly version?: string;
}

/** What a round changed, by name. */
export interface RoundDiff {
  readonly added: readonly DiffItem[];
  readonly changed: readonly DiffItem[];
  readonly removed: readonly DiffItem[];
  readonly refused: readonly DiffItem[];
}

/** The first names of each kind of change, as they are stored: a `RoundDiff` as JSON text. */
export function diffText({ added, changed, removed, refused }: RoundDiff): string {
  const diff: RoundDiff = {
    added: firstOf(added),
    changed: firstOf(changed),
    removed: firstOf(removed),
    refused: firstOf(refused),
  };
  return JSON.stringify(diff);
}

function firstOf(items: readonly DiffItem[]): DiffItem[] {
  return items.slice(0, DIFF_NAMES).map(({ kind, name, version }) => ({
    kind,
    ...(name !== undefined && { name: cutText(name, MAX_NAME) }),
    ...(version !== undefined && { version: cutText(version, MAX_NAME) }),
  }));
}
