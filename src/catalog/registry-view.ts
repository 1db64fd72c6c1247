import type { VisibilitySet } from '../model/claims.js';
import type { EntryKind } from '../model/entry.js';
import {
  type CatalogEntry,
  type CatalogVersion,
  compareListed,
  compareNames,
  isAlive,
  latestVersion,
} from './catalog-entry.js';
import type { SourceShelf } from './snapshot.js';

/** A list in the order of names, and the same by time of change once somebody asks. */
export class OrderedList {
  private latestFirst: readonly CatalogVersion[] | undefined;

  constructor(readonly byName: readonly CatalogVersion[]) {}

  /** Latest change first; equal times by name and version. */
  get byUpdate(): readonly CatalogVersion[] {
    this.latestFirst ??= [...this.byName].sort((a, b) => b.updatedAt - a.updatedAt || compareListed(a, b));
    return this.latestFirst;
  }
}

/** What a registry shows of one kind of entry. */
export interface KindView {
  readonly entries: ReadonlyMap<string, CatalogEntry>;
  /** Every version of every winner, deleted ones included. */
  readonly all: OrderedList;
  /** For each winner its greatest version that is not deleted, or the greatest when all are. */
  readonly latest: OrderedList;
}

/**
 * What one registry shows to one visibility set. For each name the first source that has a visible version wins
 * whole; filters apply later and never change the winner. Kinds are built when they are first read.
 */
export class RegistryView {
  private readonly kinds = new Map<EntryKind, KindView>();

  constructor(
    private readonly shelves: readonly SourceShelf[],
    private readonly visibility: VisibilitySet,
  ) {}

  kind(kind: EntryKind): KindView {
    const known = this.kinds.get(kind);
    if (known !== undefined) return known;
    const view = this.build(kind);
    this.kinds.set(kind, view);
    return view;
  }

  private build(kind: EntryKind): KindView {
    const winners = new Map<string, CatalogEntry>();
    for (const shelf of this.shelves) {
      for (const entry of shelf[kind].values()) {
        if (!this.visibility.sees(entry.claims, entry.source)) continue;
        const winner = winners.get(entry.name);
        // A source of which everything is deleted keeps its tombstones only while nobody below is visible.
        if (winner === undefined || (!isAlive(winner) && isAlive(entry))) winners.set(entry.name, entry);
      }
    }
    const sorted = [...winners.values()].sort((a, b) => compareNames(a.name, b.name));
    const latest = sorted
      .map((entry) => latestVersion(entry, true))
      .filter((version) => version !== undefined);
    return {
      entries: winners,
      all: new OrderedList(sorted.flatMap((entry) => entry.versions)),
      latest: new OrderedList(latest),
    };
  }
}
