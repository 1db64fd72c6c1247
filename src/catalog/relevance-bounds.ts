import { RELEVANCE } from '../model/search-words.js';
import { type BitSet, hasBit, joinBits, keepBits } from './bit-set.js';
import type { ChunkIndex } from './chunk-index.js';
import { withAnyWord } from './search-terms.js';
import { SearchWord, type SearchTerms } from './search-word.js';

/** What a place counts that bits tell of, the best one first. */
const LEVELS = [RELEVANCE.wholeName, RELEVANCE.nameStart, RELEVANCE.inName, RELEVANCE.inTitle];

/** A term, and what of a name tells that it begins with it or is it. */
interface RankedTerm {
  readonly anywhere: readonly SearchWord[];
  readonly atStart: readonly SearchWord[];
  readonly whole: readonly SearchWord[];
}

/** Positions of a chunk at which a term can be found in a place that counts so much. */
interface Rank {
  readonly score: number;
  readonly positions: BitSet;
}

/** The terms of a search by relevance, made ready for all chunks. */
export function rankedTerms(terms: SearchTerms): readonly RankedTerm[] {
  const around = (words: readonly SearchWord[], end: string) =>
    words.map(({ text }) => new SearchWord(`/${text}${end}`));
  return terms.map((words) => ({
    anywhere: words,
    atStart: around(words, ''),
    whole: around(words, '\n'),
  }));
}

/** How relevant each candidate of one chunk can be at most, told by bits: most need not be looked at more closely. */
export class RelevanceBounds {
  private constructor(private readonly ranks: readonly (readonly Rank[])[]) {}

  /** Undefined while the chunk is not prepared. */
  static of(
    { searchNames: names, searchTitles: titles }: ChunkIndex,
    candidates: BitSet,
    terms: readonly RankedTerm[],
  ): RelevanceBounds | undefined {
    if (names === undefined || titles === undefined) return undefined;
    const ranks = terms.map(({ anywhere, atStart, whole }) => {
      const inName = withAnyWord(candidates, names, anywhere);
      const nameStart = withAnyWord(inName, names, atStart);
      return [
        { score: RELEVANCE.wholeName, positions: withAnyWord(nameStart, names, whole) },
        { score: RELEVANCE.nameStart, positions: nameStart },
        { score: RELEVANCE.inName, positions: inName },
        { score: RELEVANCE.inTitle, positions: withAnyWord(candidates, titles, anywhere) },
      ];
    });
    return new RelevanceBounds(ranks);
  }

  /**
   * Takes from `bits`, which is changed, candidates that cannot have a score as good as this: all lesser places
   * together count less than a better one, so a term has to be found in one that counts as much alone.
   */
  keepReaching(bits: BitSet, score: number): void {
    const least = LEVELS.find((level) => level <= score);
    if (least === undefined) return;
    const any = new Uint32Array(bits.length);
    for (const rank of this.ranks.flat()) if (rank.score >= least) joinBits(any, rank.positions);
    keepBits(bits, any);
  }

  /** The score that the candidate at a position has at most. */
  at(position: number): number {
    let score = 0;
    for (const ranks of this.ranks) score += bestRank(ranks, position);
    return score;
  }
}

function bestRank(ranks: readonly Rank[], position: number): number {
  for (const { score, positions } of ranks) if (hasBit(positions, position)) return score;
  return RELEVANCE.elsewhere;
}
