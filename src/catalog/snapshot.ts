import type { StoredVersion } from '../database/stores/entry.store.js';
import { ENTRY_KINDS, type EntryKind } from '../model/entry.js';
import { compareVersionKeys } from '../model/version-order.js';
import { type CatalogEntry, type CatalogVersion, compareNames } from './catalog-entry.js';
import { toCatalogVersion } from './catalog-version.js';
import { Shelf } from './shelf.js';
import { ValuePool } from './value-pool.js';

/** Everything that one source holds, by kind and name. */
export type SourceShelf = Readonly<Record<EntryKind, Shelf>>;

/** The catalogue at one revision. Readers keep the one they began with; a change makes another. */
export interface Snapshot {
  readonly revision: number;
  readonly shelves: ReadonlyMap<string, SourceShelf>;
  /** Sources that were read successfully at least once. */
  readonly synced: ReadonlySet<string>;
}

export const EMPTY_SNAPSHOT: Snapshot = { revision: 0, shelves: new Map(), synced: new Set() };

export const EMPTY_SHELF: SourceShelf = { server: Shelf.EMPTY, skill: Shelf.EMPTY, plugin: Shelf.EMPTY };

/** Entries merged in one step. */
const MERGED_AT_ONCE = 500;

/** What has been touched of one entry. */
interface TouchedEntry {
  readonly claims: string | null;
  readonly versions: CatalogVersion[];
}

/** Collects touched versions and makes the next shelves; what nothing touched is shared with the last. */
export class ShelfUpdate {
  private readonly touched = new Map<string, Record<EntryKind, Map<string, TouchedEntry>>>();

  private readonly pool = new ValuePool();

  constructor(private readonly last: ReadonlyMap<string, SourceShelf>) {}

  put(row: StoredVersion): void {
    const kinds = this.touched.get(row.source) ?? { server: new Map(), skill: new Map(), plugin: new Map() };
    this.touched.set(row.source, kinds);
    const entry = kinds[row.kind].get(row.name) ?? { claims: row.claims, versions: [] };
    kinds[row.kind].set(row.name, entry);
    entry.versions.push(toCatalogVersion(row, this.pool));
  }

  /** The shelves of the sources that are still there. */
  finish(sources: ReadonlySet<string>): Map<string, SourceShelf> {
    const work = this.finishing(sources);
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same in steps of a few milliseconds, between which others can have their turn. */
  *finishing(sources: ReadonlySet<string>): Generator<undefined, Map<string, SourceShelf>> {
    const shelves = new Map<string, SourceShelf>();
    for (const source of sources) {
      const shelf = { ...(this.last.get(source) ?? EMPTY_SHELF) };
      const kinds = this.touched.get(source);
      if (kinds !== undefined) {
        for (const kind of ENTRY_KINDS) shelf[kind] = yield* this.merge(shelf[kind], kinds[kind]);
      }
      shelves.set(source, shelf);
    }
    return shelves;
  }

  private *merge(last: Shelf, touched: ReadonlyMap<string, TouchedEntry>): Generator<undefined, Shelf> {
    let shelf = last;
    const names = [...touched.keys()].sort(compareNames);
    for (let at = 0; at < names.length; at += MERGED_AT_ONCE) {
      const merged: CatalogEntry[] = [];
      for (const name of names.slice(at, at + MERGED_AT_ONCE)) {
        const entry = touched.get(name);
        const next = entry && this.mergeEntry(last.get(name), entry);
        if (next !== undefined) merged.push(next);
      }
      shelf = shelf.with(merged);
      yield;
    }
    return shelf;
  }

  private mergeEntry(
    last: CatalogEntry | undefined,
    { claims, versions }: TouchedEntry,
  ): CatalogEntry | undefined {
    const [first] = versions;
    if (first === undefined) return last;
    const replaced = new Set(versions.map(({ version }) => version));
    const others = last?.versions.filter(({ version }) => !replaced.has(version)) ?? [];
    const { kind, name, source } = first;
    return {
      kind,
      name,
      source,
      versions: [...others, ...versions].sort((a, b) => compareVersionKeys(a.order, b.order)),
      ...(claims !== null && { claims: this.pool.claims(claims) }),
    };
  }
}
