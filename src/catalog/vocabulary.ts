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
  private readonly words = new Set<string>();

  /** Takes the words of a text that is lower-cased already. */
  learn(text: string): void {
    for (const word of text.split(BETWEEN_WORDS)) {
      if (this.words.size >= MAX_WORDS) return;
      if (word.length >= MIN_LENGTH && word.length <= MAX_LENGTH) this.words.add(word);
    }
  }

  /**
   * Words that are one typing error away from `word`, or else begin so. Words of less than four characters are near
   * to everything, and so to nothing.
   */
  near(word: string): readonly string[] {
    if (word.length < MIN_LENGTH) return [];
    const whole: string[] = [];
    const begun: string[] = [];
    for (const known of this.words) {
      if (!mayBegin(known, word)) continue;
      const left = leftBehindTypo(known, word);
      if (left === 0) whole.push(known);
      else if (left > 0) begun.push(known);
    }
    return (whole.length > 0 ? whole : begun).sort().slice(0, MAX_CORRECTIONS);
  }
}

/** One error leaves one of the first two letters where it was, or next to that. Most words end here. */
function mayBegin(known: string, word: string): boolean {
  const [a, b] = [known.charCodeAt(0), known.charCodeAt(1)];
  const [c, d] = [word.charCodeAt(0), word.charCodeAt(1)];
  return a === c || b === d || a === d || b === c;
}

export const NO_WORDS = new Vocabulary();
