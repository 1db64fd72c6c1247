import { relevance } from '../model/search-words.js';
import { nextBit } from './bit-set.js';
import { BestList } from './best-list.js';
import { type CatalogVersion, compareListed } from './catalog-entry.js';
import type { EntryChunk } from './entry-chunk.js';
import type { KindView } from './kind-view.js';
import type { ListPosition } from './list-order.js';
import type { ListSelection } from './list-selection.js';
import { foundWords, type SearchTerms } from './search-terms.js';

/** A version and how well it fits what is searched for. */
export interface ScoredVersion {
  readonly version: CatalogVersion;
  readonly score: number;
}

/** The first `limit` of what is selected, best match first, behind a position. */
export function firstByRelevance(
  view: KindView,
  selection: ListSelection,
  terms: SearchTerms,
  limit: number,
  after: ListPosition | undefined,
): readonly ScoredVersion[] {
  const best = new BestList<ScoredVersion>(limit, compareScored);
  for (const { chunks } of view.shelves) {
    for (const chunk of chunks) collect(chunk, selection, terms, after, best);
  }
  return best.items;
}

function collect(
  chunk: EntryChunk,
  selection: ListSelection,
  terms: SearchTerms,
  after: ListPosition | undefined,
  best: BestList<ScoredVersion>,
): void {
  const candidates = selection.candidates(chunk);
  if (candidates === undefined) return;
  for (let next = nextBit(candidates, 0); next !== -1; next = nextBit(candidates, next + 1)) {
    const version = chunk.versions[next];
    if (version === undefined || !selection.shows(chunk, version)) continue;
    const score = relevance(foundWords(version.haystack, terms) ?? [], version.haystack, version.title);
    // Most matches are as good as the worst one kept, and come later in the order of names.
    if (best.worst !== undefined && score < best.worst.score) continue;
    if (after === undefined || isBehind(version, score, after)) best.add({ version, score });
  }
}

function isBehind(version: CatalogVersion, score: number, after: ListPosition): boolean {
  const difference = (after.score ?? 0) - score;
  return difference > 0 || (difference === 0 && compareListed(version, after) > 0);
}

function compareScored(a: ScoredVersion, b: ScoredVersion): number {
  return b.score - a.score || compareListed(a.version, b.version);
}
