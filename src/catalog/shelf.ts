import { type CatalogEntry, compareNames } from './catalog-entry.js';
import { EntryChunk, firstNotBefore } from './entry-chunk.js';

/** Entries of a new chunk, and versions after which one ends early; one that grows to twice that is divided. */
const CHUNK_ENTRIES = 128;
const CHUNK_VERSIONS = 512;

/**
 * Everything that one source holds of one kind, in the order of names. Never changes: a change makes another shelf
 * that has all chunks in common but those it touches, and with them everything that was made ready of them.
 */
export class Shelf implements ReadonlyMap<string, CatalogEntry> {
  static readonly EMPTY = new Shelf([]);

  readonly size: number;

  private constructor(readonly chunks: readonly EntryChunk[]) {
    this.size = chunks.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  get(name: string): CatalogEntry | undefined {
    return this.chunkOf(name)?.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The chunk in which an entry of this name is, or would be unless it came before all others. */
  chunkOf(name: string): EntryChunk | undefined {
    return this.chunks[this.indexOf(name)];
  }

  /** The index of that chunk; -1 for a name before all others. */
  indexOf(name: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.chunks[middle]?.firstName ?? '') <= name) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** A shelf that has these entries too, in place of those of the same names. */
  with(changes: Iterable<CatalogEntry>): Shelf {
    const sorted = [...changes].sort((a, b) => compareNames(a.name, b.name));
    if (sorted.length === 0) return this;
    if (this.chunks.length === 0) return new Shelf(divided(sorted));
    const chunks: EntryChunk[] = [];
    let at = 0;
    for (const [index, chunk] of this.chunks.entries()) {
      const next = this.chunks[index + 1];
      const from = at;
      at = next === undefined ? sorted.length : firstNotBefore(sorted, next.firstName);
      if (from === at) chunks.push(chunk);
      else chunks.push(...regrown(chunk.merged(sorted.slice(from, at))));
    }
    return new Shelf(chunks);
  }

  *values(): MapIterator<CatalogEntry> {
    for (const { entries } of this.chunks) yield* entries;
  }

  *keys(): MapIterator<string> {
    for (const { name } of this.values()) yield name;
  }

  *entries(): MapIterator<[string, CatalogEntry]> {
    for (const entry of this.values()) yield [entry.name, entry];
  }

  [Symbol.iterator](): MapIterator<[string, CatalogEntry]> {
    return this.entries();
  }

  forEach(
    visit: (entry: CatalogEntry, name: string, shelf: ReadonlyMap<string, CatalogEntry>) => void,
  ): void {
    for (const entry of this.values()) visit(entry, entry.name, this);
  }
}

function regrown(entries: readonly CatalogEntry[]): EntryChunk[] {
  const versions = entries.reduce((sum, entry) => sum + entry.versions.length, 0);
  const isSmall = entries.length < CHUNK_ENTRIES * 2 && versions < CHUNK_VERSIONS * 2;
  return isSmall ? [new EntryChunk(entries)] : divided(entries);
}

function divided(entries: readonly CatalogEntry[]): EntryChunk[] {
  const chunks: EntryChunk[] = [];
  let from = 0;
  let versions = 0;
  for (const [index, entry] of entries.entries()) {
    versions += entry.versions.length;
    if (index + 1 - from < CHUNK_ENTRIES && versions < CHUNK_VERSIONS && index + 1 < entries.length) continue;
    chunks.push(new EntryChunk(entries.slice(from, index + 1)));
    from = index + 1;
    versions = 0;
  }
  return chunks;
}
