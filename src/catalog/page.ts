import type { CursorPosition } from '../model/cursor.js';
import type { ListFilters, ListSort } from '../model/list-filters.js';
import { searchWords } from '../model/search-words.js';
import type { CatalogVersion } from './catalog-entry.js';
import type { KindView } from './kind-view.js';
import { byName, listPosition } from './list-order.js';
import { ListSelection } from './list-selection.js';
import { firstByRelevance } from './relevance-order.js';
import { searchTerms, type SearchTerms, SearchWord } from './search-word.js';
import { firstByUpdate } from './update-order.js';

/** What a page shall hold. `limit` is at least 1. */
export interface PageRequest {
  readonly limit: number;
  readonly sort: ListSort;
  readonly filters: ListFilters;
  readonly after?: CursorPosition;
}

/** A page, and where the next one starts when there is one. */
export interface Page {
  readonly versions: readonly CatalogVersion[];
  readonly next?: CursorPosition;
}

/**
 * Cuts one page out of what a registry shows. A search of which nothing at all matches, on no page, is repeated with
 * words that are one typing error away.
 */
export function cutPage(view: KindView, request: PageRequest): Page {
  const words = searchWords(request.filters.search ?? '');
  const terms = searchTerms(words);
  const page = cut(view, request, terms);
  if (terms.length === 0 || page.versions.length > 0) return page;
  if (request.after !== undefined && hasMatch(view, request.filters, terms)) return page;
  const corrected = correctedTerms(view, words);
  return corrected === undefined ? page : cut(view, request, corrected);
}

/** All that a filter leaves of a view, in the order of names. */
export function listed(view: KindView, filters: ListFilters): Iterable<CatalogVersion> {
  const terms = searchTerms(searchWords(filters.search ?? ''));
  return byName(view.shelves, new ListSelection(view, filters, terms), undefined);
}

function cut(view: KindView, request: PageRequest, terms: SearchTerms): Page {
  const { limit, sort, filters } = request;
  const after = request.after && listPosition(request.after);
  const selection = new ListSelection(view, filters, terms);
  if (sort === 'updated') {
    const found = firstByUpdate(view, selection, limit + 1, after);
    return toPage(found, limit, ({ updatedAt }) => ({ updatedAt }));
  }
  if (sort === 'relevance' && terms.length > 0) {
    const found = firstByRelevance(view, selection, terms, limit + 1, after);
    const score = found[limit - 1]?.score ?? 0;
    return toPage(
      found.map(({ version }) => version),
      limit,
      () => ({ score }),
    );
  }
  const found = taken(byName(view.shelves, selection, after), limit + 1);
  // Without words every score is 0, and equal scores are in the order of names.
  return toPage(found, limit, () => (sort === 'relevance' ? { score: 0 } : {}));
}

function toPage(
  found: readonly CatalogVersion[],
  limit: number,
  more: (last: CatalogVersion) => Partial<CursorPosition>,
): Page {
  const versions = found.slice(0, limit);
  const last = versions.at(-1);
  if (found.length <= limit || last === undefined) return { versions };
  const { name, version, publishedAt, order } = last;
  const next = { name, version, ...(order.semver === undefined && { publishedAt }), ...more(last) };
  return { versions, next };
}

function taken<Item>(items: Iterable<Item>, count: number): Item[] {
  const found: Item[] = [];
  for (const item of items) {
    found.push(item);
    if (found.length === count) break;
  }
  return found;
}

function hasMatch(view: KindView, filters: ListFilters, terms: SearchTerms): boolean {
  return taken(byName(view.shelves, new ListSelection(view, filters, terms), undefined), 1).length > 0;
}

/** Each word that occurs nowhere is replaced by its neighbours; undefined when that changes nothing or leaves none. */
function correctedTerms(view: KindView, words: readonly string[]): SearchTerms | undefined {
  const terms = words.map((word) =>
    hasMatch(view, {}, searchTerms([word])) ? [word] : view.vocabulary.near(word),
  );
  const isBetter = terms.every((term) => term.length > 0) && terms.some(([first], at) => first !== words[at]);
  return isBetter ? terms.map((term) => term.map((word) => new SearchWord(word))) : undefined;
}
