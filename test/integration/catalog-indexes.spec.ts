import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNames } from '../../src/catalog/catalog-entry.js';
import { cutPage, listed } from '../../src/catalog/page.js';
import { RegistryView } from '../../src/catalog/registry-view.js';
import { SearchIndexer } from '../../src/catalog/search-indexer.js';
import { ShelfUpdate, type SourceShelf } from '../../src/catalog/snapshot.js';
import { Vocabulary } from '../../src/catalog/vocabulary.js';
import type { StoredVersion } from '../../src/database/stores/entry.store.js';
import { OPEN_VISIBILITY, type VisibilitySet } from '../../src/model/claims.js';
import type { ListFilters, ListSort } from '../../src/model/list-filters.js';
import { haystackOf, relevance, searchWords } from '../../src/model/search-words.js';
import { compareVersions } from '../../src/model/version-order.js';
import { storedVersion } from '../support/documents.js';

const SOURCES = ['high', 'low'];
const TEAM: VisibilitySet = { key: 'team', sees: (claims) => claims?.['team'] !== 'other' };
const WORDS = ['github', 'issues', 'weather', 'a', 'zz', 'Straße', 'x-1', '12', '3', 'Exa', 'example/1'];

const row: fc.Arbitrary<StoredVersion> = fc
  .record({
    name: fc.nat(400).map((number) => `example/${number}`),
    source: fc.constantFrom(...SOURCES),
    version: fc.constantFrom('1.0.0', '2.0.0', '2.0.0-rc.1', 'nightly'),
    status: fc.constantFrom('active', 'active', 'active', 'deprecated', 'deleted'),
    updatedAt: fc.nat(50).map((second) => new Date(second * 1_000)),
    title: fc.constantFrom(null, 'Weather of the World', 'GitHub'),
    description: fc.subarray(WORDS).map((words) => words.join(' ')),
    tags: fc.subarray(['db', 'web', 'x']),
    transports: fc.subarray(['stdio', 'sse']),
    registryTypes: fc.subarray(['npm', 'oci']),
  })
  // Claims belong to entries, so all versions of one have the same.
  .map((changes) =>
    storedVersion({ ...changes, claims: changes.name.endsWith('7') ? '{"team":"other"}' : null }),
  );

const filters: fc.Arbitrary<ListFilters> = fc.record(
  {
    search: fc.subarray(WORDS, { minLength: 1, maxLength: 2 }).map((words) => words.join(' ')),
    version: fc.constantFrom('latest', '2.0.0'),
    includeDeleted: fc.constant(true),
    updatedSince: fc.nat(50).map((second) => second * 1_000),
    tag: fc.constantFrom('db', 'none'),
    transport: fc.constantFrom('sse'),
    registryType: fc.constantFrom('npm'),
    source: fc.constantFrom(...SOURCES),
    status: fc.constantFrom<NonNullable<ListFilters['status']>[]>(['active'], ['deprecated', 'deleted']),
  },
  { requiredKeys: [] },
);
const sort = fc.constantFrom<ListSort>('name', 'updated', 'relevance');

const keyOf = ({ source, name, version }: Pick<StoredVersion, 'source' | 'name' | 'version'>) =>
  `${source} ${name} ${version}`;

/** What a list shows, by looking at every row: the rules written once more, as plainly as can be. */
function expected(
  rows: readonly StoredVersion[],
  visibility: VisibilitySet,
  asked: ListFilters,
  by: ListSort,
): string[] {
  const isAlive = ({ status }: StoredVersion) => status !== 'deleted';
  const visible = rows.filter(({ claims }) =>
    visibility.sees(claims === null ? undefined : (JSON.parse(claims) as { team: string })),
  );
  const names = new Set(visible.map(({ name }) => name));
  const shown = [...names].flatMap((name) => {
    const all = visible.filter((item) => item.name === name);
    const perSource = SOURCES.map((source) => all.filter((item) => item.source === source));
    const winner =
      perSource.find((some) => some.some(isAlive)) ?? perSource.find((some) => some.length > 0) ?? [];
    const ordered = winner.toSorted(compareVersions);
    const latest = ordered.findLast(isAlive) ?? ordered.at(-1);
    const above = perSource.slice(0, perSource.indexOf(winner)).flat();
    const promoted = Math.max(0, ...above.map(({ updatedAt }) => updatedAt.getTime()));
    return ordered.map((item) => ({
      item,
      isLatest: item === latest,
      changedAt: Math.max(promoted, item.updatedAt.getTime()),
      haystack: haystackOf({ ...item, title: item.title ?? '' }, item.name),
    }));
  });
  const words = searchWords(asked.search ?? '');
  const score = ({ haystack }: (typeof shown)[number]) => relevance(words, haystack);
  return shown
    .filter(({ item, isLatest, changedAt, haystack }) =>
      [
        asked.includeDeleted === true || isAlive(item),
        asked.version === undefined ||
          (asked.version === 'latest' ? isLatest : item.version === asked.version),
        asked.updatedSince === undefined || changedAt > asked.updatedSince,
        asked.tag === undefined || item.tags.includes(asked.tag),
        asked.transport === undefined || item.transports.includes(asked.transport),
        asked.registryType === undefined || item.registryTypes.includes(asked.registryType),
        asked.source === undefined || item.source === asked.source,
        asked.status === undefined || asked.status.includes(item.status),
        words.every((word) => haystack.includes(word)),
      ].every(Boolean),
    )
    .sort(
      (a, b) =>
        (by === 'updated' ? b.item.updatedAt.getTime() - a.item.updatedAt.getTime() : 0) ||
        (by === 'relevance' ? score(b) - score(a) : 0) ||
        compareNames(a.item.name, b.item.name) ||
        compareVersions(a.item, b.item),
    )
    .map(({ item }) => keyOf(item));
}

function update(
  last: ReadonlyMap<string, SourceShelf>,
  rows: readonly StoredVersion[],
): Map<string, SourceShelf> {
  const next = new ShelfUpdate(last);
  for (const item of rows) next.put(item);
  return next.finish(new Set(SOURCES));
}

function ordered(shelves: ReadonlyMap<string, SourceShelf>): SourceShelf[] {
  return SOURCES.map((source) => shelves.get(source)).filter((shelf) => shelf !== undefined);
}

describe('a catalogue of many chunks', () => {
  it.each([
    ['everybody', OPEN_VISIBILITY],
    ['some', TEAM],
  ])(
    'shows %s after any changes what looking at every row shows',
    async (_, visibility) => {
      const runs = fc.sample(
        fc.tuple(
          fc.uniqueArray(row, { minLength: 400, maxLength: 600, size: 'max', selector: keyOf }),
          fc.array(fc.uniqueArray(row, { maxLength: 12, selector: keyOf }), { minLength: 2, maxLength: 3 }),
          fc.array(fc.record({ filters, sort, limit: fc.integer({ min: 1, max: 40 }) }), {
            minLength: 12,
            maxLength: 12,
          }),
          fc.boolean(),
        ),
        { numRuns: 6, seed: 11 },
      );
      for (const [first, changes, questions, isIndexed] of runs) {
        const rows = new Map<string, StoredVersion>();
        let shelves: ReadonlyMap<string, SourceShelf> = new Map();
        let view: RegistryView | undefined;
        for (const change of [first, ...changes]) {
          for (const item of change) rows.set(keyOf(item), item);
          shelves = update(shelves, change);
          view = view?.advanced(ordered(shelves)) ?? new RegistryView(ordered(shelves), visibility);
          if (isIndexed) {
            await new SearchIndexer(new Vocabulary()).prepare({ revision: 1, shelves, synced: new Set() });
          }
          const servers = view.kind('server');
          const all = [...rows.values()];
          for (const { filters: asked, sort: by, limit } of questions) {
            const shown = expected(all, visibility, asked, by);
            const page = cutPage(servers, { limit, sort: by, filters: asked });
            expect(page.versions.map(keyOf)).toEqual(shown.slice(0, limit));
            expect(page.next !== undefined).toBe(shown.length > limit);
            if (page.next === undefined) continue;
            const second = cutPage(servers, { limit, sort: by, filters: asked, after: page.next });
            expect(second.versions.map(keyOf)).toEqual(shown.slice(limit, limit * 2));
          }
          expect(servers.summary.count).toBe(expected(all, visibility, { version: 'latest' }, 'name').length);
        }
        expect(shelves.get('high')?.server.chunks.length).toBeGreaterThan(1);
      }
    },
    60_000,
  );

  it('finds by relevance what looking at every row finds, page by page', async () => {
    const [rows = []] = fc.sample(
      fc.uniqueArray(row, { minLength: 900, maxLength: 900, size: 'max', selector: keyOf }),
      { numRuns: 1, seed: 5 },
    );
    const shelves = update(new Map(), rows);
    await new SearchIndexer(new Vocabulary()).prepare({ revision: 1, shelves, synced: new Set() });
    const servers = new RegistryView(ordered(shelves), OPEN_VISIBILITY).kind('server');

    for (const search of [...WORDS, 'example', 'weather world', 'github 3']) {
      const shown = expected(rows, OPEN_VISIBILITY, { search }, 'relevance');
      for (const limit of [1, 7, 60]) {
        const found: string[] = [];
        for (let page = cutPage(servers, { limit, sort: 'relevance', filters: { search } }); ;) {
          found.push(...page.versions.map(keyOf));
          if (page.next === undefined || found.length > 200) break;
          page = cutPage(servers, { limit, sort: 'relevance', filters: { search }, after: page.next });
        }
        expect(found).toEqual(shown.slice(0, found.length));
        expect(found.length).toBeGreaterThanOrEqual(Math.min(200, shown.length));
      }
    }
  });

  it('shares all chunks that a change does not touch', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      storedVersion({ name: `a/${index}`, source: 'low' }),
    );
    const before = update(new Map(), rows);
    const after = update(before, [storedVersion({ name: 'a/500', source: 'low', version: '2.0.0' })]);

    const chunks = before.get('low')?.server.chunks ?? [];
    const kept = after.get('low')?.server.chunks.filter((chunk) => chunks.includes(chunk)) ?? [];
    expect(chunks.length - kept.length).toBe(1);
  });
});

describe('updated_since', () => {
  it('shows the new winner when the source above gives its entry up', () => {
    const at = (second: number) => new Date(second * 1_000);
    const low = storedVersion({ name: 'a/a', source: 'low', updatedAt: at(1) });
    const high = storedVersion({ name: 'a/a', source: 'high', updatedAt: at(2) });
    const before = update(new Map(), [low, high]);
    const after = update(before, [{ ...high, status: 'deleted', updatedAt: at(9) }]);
    const since = { updatedSince: at(5).getTime(), includeDeleted: true };
    const sourcesOf = (view: RegistryView) =>
      [...listed(view.kind('server'), since)].map(({ source }) => source);
    const view = new RegistryView(ordered(before), OPEN_VISIBILITY);

    expect(sourcesOf(view)).toEqual([]);
    expect(sourcesOf(view.advanced(ordered(after)))).toEqual(['low']);
    expect(sourcesOf(new RegistryView(ordered(after), OPEN_VISIBILITY))).toEqual(['low']);
  });
});
