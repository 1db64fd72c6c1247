import type { CatalogEntry, CatalogVersion } from './catalog-entry.js';
import { ChunkIndex } from './chunk-index.js';

/** A run of entries in the order of names, never empty, with all their versions. Never changes. */
export class EntryChunk {
  /** All versions, in the order of lists. */
  readonly versions: readonly CatalogVersion[];
  readonly index: ChunkIndex;

  constructor(readonly entries: readonly CatalogEntry[]) {
    this.versions = entries.flatMap((entry) => entry.versions);
    this.index = new ChunkIndex(entries, this.versions);
  }

  get firstName(): string {
    return this.entries[0]?.name ?? '';
  }

  /** The entry of this name. */
  get(name: string): CatalogEntry | undefined {
    const found = this.entries[firstNotBefore(this.entries, name)];
    return found?.name === name ? found : undefined;
  }

  /** The entries with those of `changes` (in the order of names) in their places. */
  merged(changes: readonly CatalogEntry[]): CatalogEntry[] {
    const merged: CatalogEntry[] = [];
    let at = 0;
    for (const change of changes) {
      for (; at < this.entries.length; at += 1) {
        const entry = this.entries[at];
        if (entry === undefined || entry.name >= change.name) break;
        merged.push(entry);
      }
      merged.push(change);
      if (this.entries[at]?.name === change.name) at += 1;
    }
    return merged.concat(this.entries.slice(at));
  }
}

/** Index of the first that is not before `name`. */
export function firstNotBefore(entries: readonly { readonly name: string }[], name: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && entry.name < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
