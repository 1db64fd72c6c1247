import type { ListFilters } from '../model/list-filters.js';
import { allBits, type BitSet, isEmptySet, joinBits, keepBits } from './bit-set.js';
import type { CatalogVersion } from './catalog-entry.js';
import type { EntryChunk } from './entry-chunk.js';
import type { KindView } from './kind-view.js';
import { holdsTerms, narrowByTerms } from './search-terms.js';
import type { SearchTerms } from './search-word.js';

/** Which versions of a view a list shows: found by the indexes of a chunk, then looked at where those cannot tell. */
export class ListSelection {
  constructor(
    private readonly view: KindView,
    private readonly filters: ListFilters,
    private readonly terms: SearchTerms,
  ) {}

  /** Positions that may be shown; undefined for a chunk in which there are none. */
  candidates(chunk: EntryChunk): BitSet | undefined {
    const { source, updatedSince, includeDeleted, version } = this.filters;
    if (source !== undefined && chunk.entries[0]?.source !== source) return undefined;
    if (updatedSince !== undefined && !this.view.mayHaveChanged(chunk, updatedSince)) return undefined;
    const bits = version === 'latest' ? chunk.index.latest.slice() : allBits(chunk.versions.length);
    const { search } = chunk.index;
    // Words leave out the most: where they leave nothing, nothing else is asked.
    if (search !== undefined && !narrowByTerms(bits, search, this.terms)) return undefined;
    if (!includeDeleted) keepBits(bits, chunk.index.alive);
    if (!this.keepFacets(chunk, bits) || isEmptySet(bits)) return undefined;
    keepBits(bits, this.view.shownOf(chunk));
    return isEmptySet(bits) ? undefined : bits;
  }

  /** True when a candidate is shown. */
  shows(chunk: EntryChunk, version: CatalogVersion): boolean {
    if (!this.isNewEnough(chunk, version)) return false;
    return this.terms.length === 0 || holdsTerms(version.haystack, this.terms);
  }

  /** True when a candidate is shown by everything but its words. */
  isNewEnough(chunk: EntryChunk, version: CatalogVersion): boolean {
    const { updatedSince } = this.filters;
    if (updatedSince === undefined || version.updatedAt > updatedSince) return true;
    return this.view.promotedAt(chunk, version.name) > updatedSince;
  }

  /** False as soon as no version of the chunk has a value that is asked for. */
  private keepFacets(chunk: EntryChunk, bits: BitSet): boolean {
    const { version, tag, registryType, transport, status } = this.filters;
    const wanted = [
      ['version', version === 'latest' ? undefined : version],
      ['tags', tag],
      ['registryTypes', registryType],
      ['transports', transport],
    ] as const;
    for (const [facet, value] of wanted) {
      if (value === undefined) continue;
      const having = chunk.index.withValue(facet, value);
      if (having === undefined) return false;
      keepBits(bits, having);
    }
    if (status === undefined) return true;
    const any = new Uint32Array(bits.length);
    for (const value of status) joinBits(any, chunk.index.withValue('status', value) ?? any);
    keepBits(bits, any);
    return true;
  }
}
