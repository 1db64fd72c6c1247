import { describe, expect, it } from 'vitest';
import { haystackOf, relevance, searchWords } from './search-words.js';

const FACETS = {
  title: 'Issue Tracker',
  description: 'Reads 100% of TICKETS',
  tags: ['Project'],
  tools: ['list_items'],
  registryTypes: ['npm'],
  transports: ['stdio'],
};
const HAYSTACK = haystackOf(FACETS, 'io.GitHub.acme/Tracker');

describe('searchWords', () => {
  it('splits at white space, lower-cases and drops repeats', () => {
    expect(searchWords('  Git\thub\u00a0GIT \n Ärger ')).toEqual(['git', 'hub', 'ärger']);
  });

  it('finds none in blanks', () => {
    expect(searchWords(' \t ')).toEqual([]);
  });

  it('takes sixteen words at most', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => String(index));
    expect(searchWords(numbers.join(' '))).toEqual(numbers.slice(0, 16));
  });
});

describe('haystackOf', () => {
  it.each(['github', 'TRACKER issue', 'project list_items', '100%', 'reads tickets', ''])(
    'holds every word of %j',
    (search) => {
      expect(searchWords(search).every((word) => HAYSTACK.includes(word))).toBe(true);
    },
  );

  it.each(['gitlab', 'tracker missing', 'git%acme', 'list.items', 'npm', 'trackerissue'])(
    'does not hold every word of %j',
    (search) => {
      expect(searchWords(search).every((word) => HAYSTACK.includes(word))).toBe(false);
    },
  );
});

describe('relevance', () => {
  const names = ['io.x/fetch', 'io.x/fetch-html', 'io.x/prefetch', 'io.x/a', 'io.x/b', 'io.x/c'];
  const titles = [undefined, undefined, undefined, 'Fetch it', undefined, undefined];
  const descriptions = ['', '', '', '', 'can fetch', ''];
  const entries = names.map((name, index) => ({
    title: titles[index] ?? null,
    haystack: `${name}\n${titles[index] ?? ''}\n${descriptions[index] ?? ''}`.toLowerCase(),
  }));

  it('ranks name, start of name, part of name, title and other places in this order', () => {
    const scores = entries.map((entry) => relevance(['fetch'], entry.haystack));

    expect(scores).toEqual([...new Set(scores)].sort((a, b) => b - a));
    expect(scores.every(Number.isSafeInteger)).toBe(true);
    expect(scores.at(-1)).toBe(0);
  });

  it('takes the whole name as well as its last part', () => {
    const [{ haystack } = { haystack: '' }] = entries;
    expect(relevance(['io.x/fetch'], haystack)).toBe(relevance(['fetch'], haystack));
  });

  it('puts one exact name above many lesser places', () => {
    const words = ['fetch', ...Array.from({ length: 15 }, (_, index) => `fetch-${index + 10}`)];
    const exact = `io.x/fetch\n\n${words.slice(1).join(' ')}`;
    const rich = `fetch-x/${words.join('')}\n\n${words.join(' ')}`;

    expect(relevance(words, exact)).toBeGreaterThan(relevance(words, rich));
  });
});
