import type { BitSet } from './bit-set.js';
import { joinBits, keepBits } from './bit-set.js';
import type { SearchSignature } from './search-signature.js';

/** What is searched for: each term must be found, by any of its words. */
export type SearchTerms = readonly (readonly string[])[];

/** Takes from `bits`, which is changed, the texts that cannot hold every term. */
export function narrowByTerms(bits: BitSet, signature: SearchSignature, terms: SearchTerms): void {
  for (const words of terms) {
    const [first] = words;
    if (words.length === 1 && first !== undefined) {
      signature.narrow(bits, first);
      continue;
    }
    const any = new Uint32Array(bits.length);
    for (const word of words) {
      const some = bits.slice();
      signature.narrow(some, word);
      joinBits(any, some);
    }
    keepBits(bits, any);
  }
}

/** Takes from `bits`, which is changed, the texts that cannot hold any term. */
export function narrowByAnyTerm(bits: BitSet, signature: SearchSignature, terms: SearchTerms): void {
  const any = new Uint32Array(bits.length);
  for (const word of terms.flat()) {
    const some = bits.slice();
    signature.narrow(some, word);
    joinBits(any, some);
  }
  keepBits(bits, any);
}

/** The word by which each term is found in a text; undefined when one is not. */
export function foundWords(haystack: string, terms: SearchTerms): string[] | undefined {
  const found: string[] = [];
  for (const words of terms) {
    const word = words.find((candidate) => haystack.includes(candidate));
    if (word === undefined) return undefined;
    found.push(word);
  }
  return found;
}

/** True when every term is found in a text. */
export function holdsTerms(haystack: string, terms: SearchTerms): boolean {
  for (const words of terms) {
    if (!words.some((word) => haystack.includes(word))) return false;
  }
  return true;
}
