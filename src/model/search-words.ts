import type { EntryFacets } from './entry.js';

/** More words narrow nothing that a person means, but each costs a pass over the catalogue. */
const MAX_WORDS = 16;

const BLANKS = /\s+/u;

/** What a word counts by where it is found: one better place outweighs as many lesser ones as a search has words. */
const WHOLE_NAME = 100_000_000;
const NAME_PREFIX = 1_000_000;
const WORD_IN_NAME = 10_000;
const IN_TITLE = 100;
const ELSEWHERE = 1;

/** What `relevance` looks at. */
export interface ScoredEntry {
  readonly name: string;
  readonly title?: string | undefined;
  /** As `haystackOf` made it. */
  readonly haystack: string;
}

/** The words of a search: lower-cased, split at white space, without repeats; those after the sixteenth do not count. */
export function searchWords(text: string): string[] {
  const words = text.toLowerCase().split(BLANKS);
  return [...new Set(words.filter((word) => word !== ''))].slice(0, MAX_WORDS);
}

/** All that a search looks at, lower-cased, a line for each text. */
export function haystackOf(facets: EntryFacets, name: string): string {
  const texts = [name, facets.title ?? '', facets.description, ...facets.tags, ...facets.tools];
  return texts.join('\n').toLowerCase();
}

/** True when every word is part of `haystack`; always, when there are none. */
export function matchesWords(haystack: string, words: readonly string[]): boolean {
  return words.every((word) => haystack.includes(word));
}

/**
 * How well an entry fits the words, an integer of 0 and above: for each word the best place where it is found. The
 * whole name or its last part comes first, then the start of either, a part of the name, the title, anything else.
 */
export function relevance(words: readonly string[], entry: ScoredEntry): number {
  const name = entry.name.toLowerCase();
  const lastPart = name.slice(name.lastIndexOf('/') + 1);
  const title = entry.title?.toLowerCase() ?? '';
  let score = 0;
  for (const word of words) score += wordScore(word);
  return score;

  function wordScore(word: string): number {
    if (name === word || lastPart === word) return WHOLE_NAME;
    if (name.startsWith(word) || lastPart.startsWith(word)) return NAME_PREFIX;
    if (name.includes(word)) return WORD_IN_NAME;
    if (title.includes(word)) return IN_TITLE;
    return entry.haystack.includes(word) ? ELSEWHERE : 0;
  }
}
