import { type BitSet, isEmptySet, joinBits, keepBits } from './bit-set.js';
import type { SearchSignature } from './search-signature.js';
import type { SearchTerms, SearchWord } from './search-word.js';

/** Takes from `bits`, which is changed, the texts that cannot hold every term. False when none is left. */
export function narrowByTerms(bits: BitSet, signature: SearchSignature, terms: SearchTerms): boolean {
  for (const words of terms) {
    const [first, ...others] = words;
    if (first !== undefined && others.length === 0) signature.narrow(bits, first);
    else keepBits(bits, withAnyWord(bits, signature, words));
    if (isEmptySet(bits)) return false;
  }
  return true;
}

/** Those of `bits` that can hold one of the words. */
export function withAnyWord(bits: BitSet, signature: SearchSignature, words: readonly SearchWord[]): BitSet {
  const [only, ...others] = words;
  if (only !== undefined && others.length === 0) {
    const some = bits.slice();
    signature.narrow(some, only);
    return some;
  }
  const any = new Uint32Array(bits.length);
  for (const word of words) {
    const some = bits.slice();
    if (signature.narrow(some, word)) joinBits(any, some);
  }
  return any;
}

/** The word by which each term is found in a text; undefined when one is not. */
export function foundWords(haystack: string, terms: SearchTerms): string[] | undefined {
  const found: string[] = [];
  for (const words of terms) {
    const word = words.find(({ text }) => haystack.includes(text));
    if (word === undefined) return undefined;
    found.push(word.text);
  }
  return found;
}

/** True when every term is found in a text. */
export function holdsTerms(haystack: string, terms: SearchTerms): boolean {
  for (const words of terms) {
    if (!words.some(({ text }) => haystack.includes(text))) return false;
  }
  return true;
}
