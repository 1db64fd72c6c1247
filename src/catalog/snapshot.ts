import type { StoredVersion } from '../database/stores/entry.store.js';
import type { Claims } from '../model/claims.js';
import type { EntryKind } from '../model/entry.js';
import { compareVersionKeys } from '../model/version-order.js';
import type { CatalogEntry, CatalogVersion } from './catalog-entry.js';
import { toCatalogVersion } from './catalog-version.js';

/** Everything that one source holds, by kind and name. */
export type SourceShelf = Readonly<Record<EntryKind, ReadonlyMap<string, CatalogEntry>>>;

/** The catalogue at one revision. Readers keep the one they began with; a change makes another. */
export interface Snapshot {
  readonly revision: number;
  readonly shelves: ReadonlyMap<string, SourceShelf>;
  /** Sources that were read successfully at least once. */
  readonly synced: ReadonlySet<string>;
}

export const EMPTY_SNAPSHOT: Snapshot = { revision: 0, shelves: new Map(), synced: new Set() };

const EMPTY_SHELF: SourceShelf = { server: new Map(), skill: new Map(), plugin: new Map() };

/** What has been touched of one entry. */
interface TouchedEntry {
  readonly claims: string | null;
  readonly versions: CatalogVersion[];
}

/** Collects touched versions and makes the next shelves; entries that nothing touched are shared with the last. */
export class ShelfUpdate {
  private readonly touched = new Map<string, Record<EntryKind, Map<string, TouchedEntry>>>();

  constructor(private readonly last: ReadonlyMap<string, SourceShelf>) {}

  put(row: StoredVersion): void {
    const kinds = this.touched.get(row.source) ?? { server: new Map(), skill: new Map(), plugin: new Map() };
    this.touched.set(row.source, kinds);
    const entry = kinds[row.kind].get(row.name) ?? { claims: row.claims, versions: [] };
    kinds[row.kind].set(row.name, entry);
    entry.versions.push(toCatalogVersion(row));
  }

  /** The shelves of the sources that are still there. */
  finish(sources: ReadonlySet<string>): Map<string, SourceShelf> {
    const shelves = new Map<string, SourceShelf>();
    for (const source of sources) {
      const shelf = this.last.get(source) ?? EMPTY_SHELF;
      const kinds = this.touched.get(source);
      const next = (kind: EntryKind) => (kinds === undefined ? shelf[kind] : merge(shelf[kind], kinds[kind]));
      shelves.set(source, { server: next('server'), skill: next('skill'), plugin: next('plugin') });
    }
    return shelves;
  }
}

function merge(
  last: ReadonlyMap<string, CatalogEntry>,
  touched: ReadonlyMap<string, TouchedEntry>,
): ReadonlyMap<string, CatalogEntry> {
  if (touched.size === 0) return last;
  const next = new Map(last);
  for (const [name, entry] of touched) {
    const merged = mergeEntry(last.get(name), entry);
    if (merged !== undefined) next.set(name, merged);
  }
  return next;
}

function mergeEntry(
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
    ...(claims !== null && { claims: JSON.parse(claims) as Claims }),
  };
}
