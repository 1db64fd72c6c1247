import type { CursorPosition } from '../model/cursor.js';
import type { ListFilters, ListSort } from '../model/list-filters.js';
import { matchesWords, relevance, searchWords } from '../model/search-words.js';
import { versionKey } from '../model/version-order.js';
import { type CatalogVersion, compareListed } from './catalog-entry.js';
import type { KindView } from './registry-view.js';

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

/** Cuts one page out of what a registry shows. */
export function cutPage(view: KindView, request: PageRequest): Page {
  const list = request.filters.version === 'latest' ? view.latest : view.all;
  const words = searchWords(request.filters.search ?? '');
  const accepts = acceptance(request.filters, words);
  if (request.sort === 'relevance' && words.length > 0)
    return bestMatches(list.byName, request, words, accepts);
  const byUpdate = request.sort === 'updated';
  const versions = byUpdate ? list.byUpdate : list.byName;
  const start = request.after === undefined ? 0 : firstBehind(versions, request.after, byUpdate);
  const found: CatalogVersion[] = [];
  for (let at = start; at < versions.length && found.length <= request.limit; at += 1) {
    const version = versions[at];
    if (version !== undefined && accepts(version)) found.push(version);
  }
  return toPage(found, request.limit, (last) => ({
    ...positionOf(last),
    ...(byUpdate && { updatedAt: last.updatedAt }),
    // Without words every score is 0, and equal scores are in the order of names.
    ...(request.sort === 'relevance' && { score: 0 }),
  }));
}

function toPage(
  found: readonly CatalogVersion[],
  limit: number,
  position: (last: CatalogVersion) => CursorPosition,
): Page {
  const versions = found.slice(0, limit);
  const last = versions.at(-1);
  return found.length > limit && last !== undefined ? { versions, next: position(last) } : { versions };
}

function positionOf({ name, version, publishedAt, order }: CatalogVersion): CursorPosition {
  return { name, version, ...(order.semver === undefined && { publishedAt }) };
}

/** The filters as one test. `version=latest` is a choice of list, not a test. */
function acceptance(filters: ListFilters, words: readonly string[]): (version: CatalogVersion) => boolean {
  const tests: ((version: CatalogVersion) => boolean)[] = [];
  const { updatedSince, version, tag, registryType, transport, source, status } = filters;
  if (!filters.includeDeleted) tests.push((item) => item.status !== 'deleted');
  if (updatedSince !== undefined) tests.push((item) => item.updatedAt > updatedSince);
  if (version !== undefined && version !== 'latest') tests.push((item) => item.version === version);
  if (source !== undefined) tests.push((item) => item.source === source);
  if (status !== undefined) tests.push((item) => status.includes(item.status));
  if (tag !== undefined) tests.push((item) => item.tags.includes(tag));
  if (registryType !== undefined) tests.push((item) => item.registryTypes.includes(registryType));
  if (transport !== undefined) tests.push((item) => item.transports.includes(transport));
  if (words.length > 0) tests.push((item) => matchesWords(item.haystack, words));
  return (item) => tests.every((test) => test(item));
}

function bestMatches(
  versions: readonly CatalogVersion[],
  { limit, after }: PageRequest,
  words: readonly string[],
  accepts: (version: CatalogVersion) => boolean,
): Page {
  const compare = (a: Scored, b: Scored) => b.score - a.score || compareListed(a.version, b.version);
  const scored = versions
    .filter((version) => accepts(version))
    .map((version) => ({ version, score: scoreOf(version, words) }))
    .sort(compare);
  const behind = (item: Scored) =>
    after === undefined ||
    item.score < (after.score ?? 0) ||
    (item.score === after.score && comparePosition(item.version, after) > 0);
  const found = scored.filter(behind).slice(0, limit + 1);
  const scores = new Map(found.map(({ version, score }) => [version, score]));
  return toPage(
    found.map(({ version }) => version),
    limit,
    (last) => ({ ...positionOf(last), score: scores.get(last) ?? 0 }),
  );
}

interface Scored {
  readonly version: CatalogVersion;
  readonly score: number;
}

function scoreOf(version: CatalogVersion, words: readonly string[]): number {
  const { name, title, haystack } = version;
  return relevance(words, { name, haystack, ...(title !== null && { title }) });
}

/** Index of the first version behind the cursor's position, which need not be there any more. */
function firstBehind(versions: readonly CatalogVersion[], after: CursorPosition, byUpdate: boolean): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const version = versions[middle];
    if (version !== undefined && isBehind(version, after, byUpdate)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isBehind(version: CatalogVersion, after: CursorPosition, byUpdate: boolean): boolean {
  const byTime = byUpdate ? (after.updatedAt ?? 0) - version.updatedAt : 0;
  return byTime > 0 || (byTime === 0 && comparePosition(version, after) > 0);
}

function comparePosition(version: CatalogVersion, after: CursorPosition): number {
  return compareListed(version, { name: after.name, order: versionKey(after) });
}
