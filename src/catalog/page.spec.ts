import { describe, expect, it } from 'vitest';
import { storedVersion } from '../../test/support/documents.js';
import type { StoredVersion } from '../database/stores/entry.store.js';
import { OPEN_VISIBILITY } from '../model/claims.js';
import { decodeCursor, encodeCursor } from '../model/cursor.js';
import type { ListFilters, ListSort } from '../model/list-filters.js';
import { cutPage } from './page.js';
import type { KindView } from './kind-view.js';
import { RegistryView } from './registry-view.js';
import { ShelfUpdate } from './snapshot.js';

type Row = Partial<StoredVersion> & { readonly name: string };

function viewOf(rows: readonly Row[]): KindView {
  const update = new ShelfUpdate(new Map());
  for (const row of rows) update.put(storedVersion(row));
  const shelves = update.finish(new Set(['one', 'two']));
  return new RegistryView([...shelves.values()], OPEN_VISIBILITY).kind('server');
}

function names(rows: readonly Row[], filters: ListFilters, sort: ListSort = 'name'): string[] {
  return cutPage(viewOf(rows), { limit: 100, sort, filters }).versions.map(({ name }) => name);
}

describe('filters', () => {
  const rows: readonly Row[] = [
    { name: 'a/active', tags: ['db', 'sql'], registryTypes: ['npm'], transports: ['stdio'] },
    { name: 'b/deprecated', status: 'deprecated', tags: ['DB'], transports: ['sse', 'stdio'] },
    { name: 'c/deleted', status: 'deleted', tags: ['db'] },
    { name: 'd/two', source: 'two', registryTypes: ['oci', 'npm'], updatedAt: new Date(2_000) },
    { name: 'e/gone', source: 'two', status: 'deleted', updatedAt: new Date(3_000) },
  ];

  it.each<[ListFilters, string[]]>([
    [{}, ['a/active', 'b/deprecated', 'd/two']],
    [{ includeDeleted: true }, ['a/active', 'b/deprecated', 'c/deleted', 'd/two', 'e/gone']],
    [{ tag: 'db' }, ['a/active']],
    [{ tag: 'db', includeDeleted: true }, ['a/active', 'c/deleted']],
    [{ registryType: 'npm' }, ['a/active', 'd/two']],
    [{ transport: 'stdio' }, ['a/active', 'b/deprecated']],
    [{ source: 'two' }, ['d/two']],
    [{ status: ['deprecated'] }, ['b/deprecated']],
    [{ status: ['deleted', 'active'], includeDeleted: true }, ['a/active', 'c/deleted', 'd/two', 'e/gone']],
    [{ updatedSince: 1_999, includeDeleted: true }, ['d/two', 'e/gone']],
    [{ updatedSince: 2_000, includeDeleted: true }, ['e/gone']],
    [{ tag: 'db', transport: 'stdio', registryType: 'npm', search: 'ACTIVE', source: 'one' }, ['a/active']],
    [{ tag: 'db', transport: 'sse' }, []],
  ])('%j', (filters, expected) => {
    expect(names(rows, filters)).toEqual(expected);
  });

  it('version=latest shows one version of each entry, an exact one those that have it', () => {
    const versions: readonly Row[] = [
      { name: 'a/a', version: '1.0.0' },
      { name: 'a/a', version: '2.0.0' },
      { name: 'b/b', version: '1.0.0' },
      { name: 'b/b', version: '3.0.0', status: 'deleted' },
      { name: 'c/c', version: '4.0.0', status: 'deleted' },
    ];
    const listed = (filters: ListFilters) =>
      cutPage(viewOf(versions), { limit: 100, sort: 'name', filters }).versions.map(({ version }) => version);

    expect(listed({ version: 'latest' })).toEqual(['2.0.0', '1.0.0']);
    expect(listed({ version: 'latest', includeDeleted: true })).toEqual(['2.0.0', '1.0.0', '4.0.0']);
    expect(listed({ version: '1.0.0' })).toEqual(['1.0.0', '1.0.0']);
    expect(listed({ version: '3.0.0' })).toEqual([]);
  });

  it('every word of a search must be somewhere, and none is a pattern', () => {
    const texts: readonly Row[] = [
      { name: 'io.github/weather', description: 'Forecasts', tags: ['Rain'], tools: ['get_wind'] },
      { name: 'b/b', title: 'Weather 100%', description: 'a.b' },
    ];

    expect(names(texts, { search: 'weather' })).toEqual(['b/b', 'io.github/weather']);
    expect(names(texts, { search: '  WIND  rain forecasts ' })).toEqual(['io.github/weather']);
    expect(names(texts, { search: 'weather snow' })).toEqual([]);
    expect(names(texts, { search: '100%' })).toEqual(['b/b']);
    expect(names(texts, { search: 'a_b' })).toEqual([]);
    expect(names(texts, { search: '.*' })).toEqual([]);
  });
});

describe('order', () => {
  it('by change is latest first, equal times by name and version', () => {
    const rows: readonly Row[] = [
      { name: 'a/old', updatedAt: new Date(1_000) },
      { name: 'b/new', updatedAt: new Date(3_000) },
      { name: 'd/same', updatedAt: new Date(2_000) },
      { name: 'c/same', updatedAt: new Date(2_000) },
    ];

    expect(names(rows, {}, 'updated')).toEqual(['b/new', 'c/same', 'd/same', 'a/old']);
  });

  it('by relevance is the name before the title before anything else', () => {
    const rows: readonly Row[] = [
      { name: 'a/else', description: 'about fetch' },
      { name: 'b/title', title: 'The fetch tool' },
      { name: 'c/my-fetch' },
      { name: 'd/fetch-it' },
      { name: 'z/fetch' },
      { name: 'e/other' },
    ];

    expect(names(rows, { search: 'fetch' }, 'relevance')).toEqual([
      'z/fetch',
      'd/fetch-it',
      'c/my-fetch',
      'b/title',
      'a/else',
    ]);
  });

  it('by relevance without a search is by name', () => {
    expect(names([{ name: 'b/b' }, { name: 'a/a' }], {}, 'relevance')).toEqual(['a/a', 'b/b']);
  });
});

describe('the end of a list', () => {
  const rows = ['a/a', 'b/b', 'c/c'].map((name) => ({ name }));

  it.each<ListSort>(['name', 'updated', 'relevance'])(
    'is told by no next page, never an empty one (%s)',
    (sort) => {
      const cut = (limit: number) => cutPage(viewOf(rows), { limit, sort, filters: { search: '/' } });

      expect(cut(2).next).toMatchObject({ name: 'b/b', version: '1.0.0' });
      expect(cut(3).next).toBeUndefined();
      expect(cut(4).next).toBeUndefined();
    },
  );

  it('is seen although what is left does not pass the filter', () => {
    const view = viewOf([{ name: 'a/a', tags: ['x'] }, { name: 'b/b' }, { name: 'c/c' }]);

    expect(cutPage(view, { limit: 1, sort: 'name', filters: { tag: 'x' } }).next).toBeUndefined();
  });

  it('a position behind everything gives nothing', () => {
    const after = { name: 'z/z', version: '1.0.0' };

    expect(cutPage(viewOf(rows), { limit: 1, sort: 'name', filters: {}, after })).toEqual({ versions: [] });
  });
});

it('a list by relevance without a search goes on by name, under a cursor that can be read again', () => {
  const request = { limit: 1, sort: 'relevance', filters: {} } as const;
  const view = viewOf(['a/a', 'b/b'].map((name) => ({ name })));

  const { next } = cutPage(view, request);
  const after = next && decodeCursor(encodeCursor({ ...request, after: next })).after;

  expect(cutPage(view, { ...request, ...(after && { after }) }).versions.map(({ name }) => name)).toEqual([
    'b/b',
  ]);
});
