import { relevance } from '../model/search-words.js';
import { nextBit } from './bit-set.js';
import { BestList } from './best-list.js';
import { type CatalogVersion, compareListed } from './catalog-entry.js';
import type { EntryChunk } from './entry-chunk.js';
import type { KindView } from './kind-view.js';
import { firstBehind, type ListPosition } from './list-order.js';
import type { ListSelection } from './list-selection.js';
import { rankedTerms, RelevanceBounds } from './relevance-bounds.js';
import { foundWords } from './search-terms.js';
import type { SearchTerms } from './search-word.js';
import type { Shelf } from './shelf.js';

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
  const ranked = rankedTerms(terms);
  for (const chunk of chunksFrom(view.shelves, after)) {
    const candidates = selection.candidates(chunk);
    if (candidates === undefined) continue;
    const bounds = RelevanceBounds.of(chunk.index, candidates, ranked);
    const { worst } = best;
    const behindWorst = worst === undefined ? Infinity : firstBehind(chunk, worst.version);
    if (worst !== undefined && bounds !== undefined) {
      bounds.keepReaching(candidates, worst.score);
      if (behindWorst < chunk.versions.length) bounds.keepBetter(candidates, worst.score, behindWorst);
    }
    const isHopeless = hopelessness(chunk, best, behindWorst, after);
    for (let next = nextBit(candidates, 0); next !== -1; next = nextBit(candidates, next + 1)) {
      if (bounds !== undefined && isHopeless(next, bounds.at(next))) continue;
      const version = chunk.versions[next];
      if (version === undefined || !selection.isNewEnough(chunk, version)) continue;
      const score = scoreOf(version, terms);
      if (score > 0 && (after === undefined || isBehind(version, score, after))) best.add({ version, score });
    }
  }
  return best.items;
}

/** Every chunk. Those around a position come first: what is behind it with the same score is found there. */
function* chunksFrom(shelves: readonly Shelf[], after: ListPosition | undefined): Generator<EntryChunk> {
  const starts = shelves.map((shelf) => (after === undefined ? 0 : Math.max(shelf.indexOf(after.name), 0)));
  for (const [place, { chunks }] of shelves.entries()) yield* chunks.slice(starts[place]);
  for (const [place, { chunks }] of shelves.entries()) yield* chunks.slice(0, starts[place]);
}

/**
 * Tells of positions in a chunk, by the score that they have at most, which cannot come in among the best. Looks at
 * numbers alone: to look at each version would take longer than all the rest.
 */
function hopelessness(
  chunk: EntryChunk,
  best: BestList<ScoredVersion>,
  behindWorst: number,
  after: ListPosition | undefined,
): (position: number, most: number) => boolean {
  const worstBefore = best.worst;
  const behindAfter = after === undefined ? 0 : firstBehind(chunk, after);
  return (position, most) => {
    const { worst } = best;
    if (worst === undefined || most > worst.score) return false;
    if (most < worst.score) return true;
    // The worst one only ever gets better, so what was behind it is behind it now.
    if (most === worstBefore?.score && position >= behindWorst) return true;
    // With just this score it belongs to an earlier page, with less it is worse than the worst.
    return most === after?.score && position < behindAfter;
  };
}

/** 0 when a term is not found. */
function scoreOf({ haystack }: CatalogVersion, terms: SearchTerms): number {
  const words = foundWords(haystack, terms);
  return words === undefined ? 0 : relevance(words, haystack);
}

function isBehind(version: CatalogVersion, score: number, after: ListPosition): boolean {
  const difference = (after.score ?? 0) - score;
  return difference > 0 || (difference === 0 && compareListed(version, after) > 0);
}

function compareScored(a: ScoredVersion, b: ScoredVersion): number {
  return b.score - a.score || compareListed(a.version, b.version);
}
