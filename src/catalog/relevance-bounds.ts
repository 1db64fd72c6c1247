import { RELEVANCE } from '../model/search-words.js';
import { type BitSet, hasBit, joinBits, keepBelow, keepBits } from './bit-set.js';
import type { ChunkIndex } from './chunk-index.js';
import type { SearchSignature } from './search-signature.js';
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
  private constructor(private readonly terms: readonly TermPlaces[]) {}

  /** Undefined while the chunk is not prepared. */
  static of(
    { searchNames: names, searchTitles: titles }: ChunkIndex,
    candidates: BitSet,
    terms: readonly RankedTerm[],
  ): RelevanceBounds | undefined {
    if (names === undefined || titles === undefined) return undefined;
    // A copy, because the set of candidates shrinks while they are looked at.
    const all = candidates.slice();
    return new RelevanceBounds(terms.map((term) => new TermPlaces(term, all, names, titles)));
  }

  /**
   * Takes from `bits`, which is changed, candidates that cannot have a score as good as this: all lesser places
   * together count less than a better one, so a term has to be found in one that counts as much alone.
   */
  keepReaching(bits: BitSet, score: number): void {
    const least = LEVELS.findIndex((level) => level <= score);
    if (least === -1) return;
    const any = new Uint32Array(bits.length);
    for (const term of this.terms) {
      // Whoever is found in a better place of the name is found in the lesser ones too; a title is another place.
      joinBits(any, term.at(least));
      if (LEVELS[least] === RELEVANCE.inTitle) joinBits(any, term.at(least - 1));
    }
    keepBits(bits, any);
  }

  /**
   * Takes from `bits`, which is changed, candidates at `from` and behind that cannot have a better score than this. Of
   * several terms only the sum tells, which takes a look at each candidate.
   */
  keepBetter(bits: BitSet, score: number, from: number): void {
    const [term, ...others] = this.terms;
    if (term === undefined || others.length > 0) return;
    const kept = new Uint32Array(bits.length).fill(0xffffffff);
    keepBelow(kept, from);
    for (const [level, counts] of LEVELS.entries()) if (counts > score) joinBits(kept, term.at(level));
    keepBits(bits, kept);
  }

  /** The score that the candidate at a position has at most. */
  at(position: number): number {
    let score = 0;
    for (const term of this.terms) score += term.bestAt(position);
    return score;
  }
}

/** Where one term can be found in one chunk, each kind of place when it is first asked for. */
class TermPlaces {
  private readonly found: (BitSet | undefined)[] = [];

  constructor(
    private readonly term: RankedTerm,
    private readonly candidates: BitSet,
    private readonly names: SearchSignature,
    private readonly titles: SearchSignature,
  ) {}

  /** Positions at which it can be found in places of a level, by its index. */
  at(level: number): BitSet {
    return (this.found[level] ??= this.find(level));
  }

  /** What it counts at most at a position. */
  bestAt(position: number): number {
    for (let level = 0; level < LEVELS.length; level += 1) {
      if (hasBit(this.at(level), position)) return LEVELS[level] ?? RELEVANCE.elsewhere;
    }
    return RELEVANCE.elsewhere;
  }

  private find(level: number): BitSet {
    const { anywhere, atStart, whole } = this.term;
    switch (LEVELS[level]) {
      case RELEVANCE.wholeName:
        return withAnyWord(this.candidates, this.names, whole);
      case RELEVANCE.nameStart:
        return withAnyWord(this.candidates, this.names, atStart);
      case RELEVANCE.inName:
        return withAnyWord(this.candidates, this.names, anywhere);
      default:
        return withAnyWord(this.candidates, this.titles, anywhere);
    }
  }
}
