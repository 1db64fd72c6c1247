import type { EntryFacets } from './entry.js';

/** More words narrow nothing that a person means, but each costs a pass over the catalogue. */
const MAX_WORDS = 16;

const BLANKS = /\s+/u;

/** What a word counts by where it is found: one better place outweighs as many lesser ones as a search has words. */
export const RELEVANCE = {
  wholeName: 100_000_000,
  nameStart: 1_000_000,
  inName: 10_000,
  inTitle: 100,
  elsewhere: 1,
} as const;

/** The words of a search: lower-cased, split at white space, without repeats; those after the sixteenth do not count. */
export function searchWords(text: string): string[] {
  const words = text.toLowerCase().split(BLANKS);
  return [...new Set(words.filter((word) => word !== ''))].slice(0, MAX_WORDS);
}

/** All that a search looks at, lower-cased, a line for each text; the name is the first. */
export function haystackOf(facets: EntryFacets, name: string): string {
  const texts = [name, facets.title ?? '', facets.description, ...facets.tags, ...facets.tools];
  return texts.join('\n').toLowerCase();
}

/**
 * The name in a haystack, between a slash and a line break: it begins with a word, or its last part does, only if
 * `/word` is in there, and either is the word only if `/word\n` is.
 */
export function nameInHaystack(haystack: string): string {
  return `/${haystack.slice(0, haystack.indexOf('\n') + 1)}`;
}

/** The title in a haystack. */
export function titleInHaystack(haystack: string): string {
  const start = haystack.indexOf('\n') + 1;
  return haystack.slice(start, haystack.indexOf('\n', start));
}

/**
 * How well an entry fits the words, an integer above 0 when all are found and 0 otherwise: for each word the best place where it is found. The
 * whole name or its last part comes first, then the start of either, a part of the name, the title, anything else.
 * @param haystack as `haystackOf` made it: its first line is the name, the second the title
 */
export function relevance(words: readonly string[], haystack: string): number {
  const nameEnd = haystack.indexOf('\n');
  const titleEnd = haystack.indexOf('\n', nameEnd + 1);
  const lastPart = haystack.lastIndexOf('/', nameEnd) + 1;
  let score = 0;
  for (const word of words) {
    const added = wordScore(word);
    if (added === 0) return 0;
    score += added;
  }
  return score;

  function wordScore(word: string): number {
    const at = haystack.indexOf(word);
    if (at === -1) return 0;
    if (at >= nameEnd) return at < titleEnd ? RELEVANCE.inTitle : RELEVANCE.elsewhere;
    const isLast = haystack.startsWith(word, lastPart);
    if ((at === 0 && word.length === nameEnd) || (isLast && lastPart + word.length === nameEnd))
      return RELEVANCE.wholeName;
    return at === 0 || isLast ? RELEVANCE.nameStart : RELEVANCE.inName;
  }
}
