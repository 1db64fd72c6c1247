import { type CatalogEntry, compareNames } from '../catalog/catalog-entry.js';
import type { SourceShelf } from '../catalog/snapshot.js';
import { ENTRY_KINDS, type EntryKind } from '../model/entry.js';

/** Names one entry among all sources. */
export interface EntryPosition {
  readonly name: string;
  readonly kind: EntryKind;
}

/** Sorted once for each state of a source: the maps of a shelf are never changed. */
const sortedLists = new WeakMap<ReadonlyMap<string, CatalogEntry>, readonly CatalogEntry[]>();

/** By name, then kind. */
export function compareEntries(a: EntryPosition, b: EntryPosition): number {
  return compareNames(a.name, b.name) || ENTRY_KINDS.indexOf(a.kind) - ENTRY_KINDS.indexOf(b.kind);
}

/**
 * The entries of several sources in one order, each group with what the sources have under one name and kind, in the
 * order of the sources. It starts at `from`, which need not be there any more.
 */
export function* entriesInOrder(
  shelves: readonly SourceShelf[],
  from: EntryPosition | undefined,
): Generator<readonly CatalogEntry[]> {
  const lists = shelves.flatMap((shelf) =>
    ENTRY_KINDS.map((kind) => {
      const entries = sorted(shelf[kind]);
      return { entries, at: from === undefined ? 0 : firstNotBefore(entries, from) };
    }),
  );
  for (;;) {
    let least: CatalogEntry | undefined;
    for (const { entries, at } of lists) {
      const head = entries[at];
      if (head !== undefined && (least === undefined || compareEntries(head, least) < 0)) least = head;
    }
    if (least === undefined) return;
    const group: CatalogEntry[] = [];
    for (const list of lists) {
      const head = list.entries[list.at];
      if (head === undefined || compareEntries(head, least) !== 0) continue;
      group.push(head);
      list.at += 1;
    }
    yield group;
  }
}

function sorted(entries: ReadonlyMap<string, CatalogEntry>): readonly CatalogEntry[] {
  const known = sortedLists.get(entries);
  if (known !== undefined) return known;
  const list = [...entries.values()].sort((a, b) => compareNames(a.name, b.name));
  sortedLists.set(entries, list);
  return list;
}

function firstNotBefore(entries: readonly CatalogEntry[], from: EntryPosition): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && compareEntries(entry, from) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
