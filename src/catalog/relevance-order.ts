import { lowestScore, relevance } from '../model/search-words.js';
import { nextBit } from './bit-set.js';
import { BestList } from './best-list.js';
import { type CatalogVersion, compareListed } from './catalog-entry.js';
import type { EntryChunk } from './entry-chunk.js';
import type { KindView } from './kind-view.js';
import type { ListPosition } from './list-order.js';
import type { ListSelection } from './list-selection.js';
import { foundWords, narrowByAnyTerm, type SearchTerms } from './search-terms.js';

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
  const { worst } = best;
  const { searchHeads } = chunk.index;
  // What has no word in its name or title can no longer come in: it scores no more, and its name comes later.
  const isFull =
    worst !== undefined && worst.score >= lowestScore(terms.length) && chunk.firstName > worst.version.name;
  if (isFull && searchHeads !== undefined) narrowByAnyTerm(candidates, searchHeads, terms);
  for (let next = nextBit(candidates, 0); next !== -1; next = nextBit(candidates, next + 1)) {
    const version = chunk.versions[next];
    if (version === undefined || !selection.isNewEnough(chunk, version)) continue;
    const score = scoreOf(version, terms);
    // Most matches are as good as the worst one kept, and come later in the order of names.
    if (score === 0 || (best.worst !== undefined && score < best.worst.score)) continue;
    if (after === undefined || isBehind(version, score, after)) best.add({ version, score });
  }
}

/** 0 when a term is not found. */
function scoreOf({ haystack }: CatalogVersion, terms: SearchTerms): number {
  const words = terms.every((term) => term.length === 1) ? terms.flat() : foundWords(haystack, terms);
  return words === undefined ? 0 : relevance(words, haystack);
}

function isBehind(version: CatalogVersion, score: number, after: ListPosition): boolean {
  const difference = (after.score ?? 0) - score;
  return difference > 0 || (difference === 0 && compareListed(version, after) > 0);
}

function compareScored(a: ScoredVersion, b: ScoredVersion): number {
  return b.score - a.score || compareListed(a.version, b.version);
}
