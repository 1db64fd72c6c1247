import { leftBehindTypo } from './typing-error.js';

/** Words remembered at most; a catalogue has fewer, unless somebody fills it with noise. */
const MAX_WORDS = 200_000;
const MIN_LENGTH = 4;
const MAX_LENGTH = 32;
/** Words that one misspelt word is taken for at most. */
const MAX_CORRECTIONS = 8;
const BETWEEN_WORDS = /[^\p{L}\p{N}]+/u;

/**
 * The words of everything that was ever indexed, by which a misspelt one is understood. Words whose documents have gone
 * stay: they lead nowhere. What a caller may not see is never shown by it, only found words are looked up.
 */
export class Vocabulary {
  private readonly known = new Set<string>();
  private readonly words: string[] = [];
  /** The first two letters of each word as one number: most words are left out by them, unseen. */
  private readonly heads: number[] = [];

  /** Takes the words of a text that is lower-cased already. */
  learn(text: string): void {
    for (const word of text.split(BETWEEN_WORDS)) {
      if (this.words.length >= MAX_WORDS) return;
      if (word.length < MIN_LENGTH || word.length > MAX_LENGTH || this.known.has(word)) continue;
      this.known.add(word);
      this.words.push(word);
      this.heads.push(headOf(word));
    }
  }

  /**
   * Words that are one typing error away from `word`, or else begin so. Words of less than four characters are near
   * to everything, and so to nothing; what has other characters than letters and digits is meant as it is.
   */
  near(word: string): readonly string[] {
    if (word.length < MIN_LENGTH || BETWEEN_WORDS.test(word)) return [];
    const whole: string[] = [];
    const begun: string[] = [];
    const head = headOf(word);
    for (let at = 0; at < this.heads.length; at += 1) {
      if (!mayBegin(this.heads[at] ?? 0, head)) continue;
      const known = this.words[at] ?? '';
      const left = leftBehindTypo(known, word);
      if (left === 0) whole.push(known);
      else if (left > 0) begun.push(known);
    }
    return (whole.length > 0 ? whole : begun).sort().slice(0, MAX_CORRECTIONS);
  }
}

function headOf(word: string): number {
  return word.charCodeAt(0) * 0x10000 + word.charCodeAt(1);
}

/** One error leaves one of the first two letters where it was, or next to that. */
function mayBegin(known: number, head: number): boolean {
  const [a, b] = [known >>> 16, known & 0xffff];
  const [c, d] = [head >>> 16, head & 0xffff];
  return a === c || b === d || a === d || b === c;
}

export const NO_WORDS = new Vocabulary();
