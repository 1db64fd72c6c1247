/** A word of a search, with the runs of characters by which signatures tell it, found once for all of them. */
export class SearchWord {
  /** Its runs of two characters; a word of one character is its only run. */
  readonly shortRuns: readonly number[];
  /** Hashes of its runs of three characters. */
  readonly longRuns: readonly number[];

  constructor(readonly text: string) {
    const [short, long]: [number[], number[]] = [[], []];
    if (text.length === 1) short.push(text.charCodeAt(0));
    for (let at = 1; at < text.length; at += 1) {
      short.push(runOf(text.charCodeAt(at - 1), text.charCodeAt(at)));
      if (at > 1) long.push(longRunAt(text, at - 2));
    }
    this.shortRuns = short;
    this.longRuns = long;
  }
}

/** What is searched for: each term must be found, by any of its words. */
export type SearchTerms = readonly (readonly SearchWord[])[];

/** Terms of one word each. */
export function searchTerms(words: readonly string[]): SearchTerms {
  return words.map((word) => [new SearchWord(word)]);
}

/** Two characters as one number. After the character 0 it is that of the second alone, which only names too much. */
export function runOf(a: number, b: number): number {
  return ((a << 16) | b) >>> 0;
}

/** A hash of the three characters at a place of a text, of 29 bits. */
export function longRunAt(text: string, at: number): number {
  const [a, b, c] = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)];
  const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) >>> 3;
}
