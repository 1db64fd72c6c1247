import { describe, expect, it } from 'vitest';
import { storedVersion } from '../../test/support/documents.js';
import type { StoredVersion } from '../database/stores/entry.store.js';
import { OPEN_VISIBILITY, type VisibilitySet } from '../model/claims.js';
import type { ListFilters } from '../model/list-filters.js';
import { cutPage, listed } from './page.js';
import { RegistryView } from './registry-view.js';
import { ShelfUpdate } from './snapshot.js';

type Row = Partial<StoredVersion> & { readonly name: string };

/** A registry of the sources `high` and `low`, in this order. */
function viewOf(rows: readonly Row[], visibility: VisibilitySet = OPEN_VISIBILITY): RegistryView {
  const update = new ShelfUpdate(new Map());
  for (const row of rows) update.put(storedVersion(row));
  const shelves = update.finish(new Set(['low', 'high']));
  const ordered = ['high', 'low'].map((source) => shelves.get(source)).filter((shelf) => shelf !== undefined);
  return new RegistryView(ordered, visibility);
}

function shown(view: RegistryView, filters: ListFilters): string[] {
  return [...listed(view.kind('server'), filters)].map(({ source, version }) => `${source} ${version}`);
}

/** Everything listed, as `source version`, deleted ones included. */
function all(view: RegistryView): string[] {
  return shown(view, { includeDeleted: true });
}

function latest(view: RegistryView): string[] {
  return shown(view, { includeDeleted: true, version: 'latest' });
}

const high = (changes: Partial<Row> = {}): Row => ({ name: 'a/a', source: 'high', ...changes });
const low = (changes: Partial<Row> = {}): Row => ({ name: 'a/a', source: 'low', ...changes });

describe('of one name in two sources', () => {
  it('the first wins whole, whatever versions the second has', () => {
    const view = viewOf([
      high({ version: '1.0.0' }),
      low({ version: '1.0.0' }),
      low({ version: '9.0.0' }),
      low({ name: 'b/b' }),
    ]);

    expect(all(view)).toEqual(['high 1.0.0', 'low 1.0.0']);
    expect(view.kind('server').entry('a/a')?.source).toBe('high');
    expect(view.kind('server').entry('b/b')?.source).toBe('low');
  });

  it('the first wins with one version that is not deleted, and shows all of its own', () => {
    const view = viewOf([
      high({ version: '1.0.0' }),
      high({ version: '2.0.0', status: 'deleted' }),
      low({ version: '2.0.0' }),
    ]);

    expect(all(view)).toEqual(['high 1.0.0', 'high 2.0.0']);
    expect(latest(view)).toEqual(['high 1.0.0']);
  });

  it.each(['deprecated', 'archived'] as const)('the first wins when it is %s', (status) => {
    expect(all(viewOf([high({ status }), low()]))).toEqual(['high 1.0.0']);
  });

  it('the first gives way when all of it is deleted', () => {
    const view = viewOf([
      high({ version: '1.0.0', status: 'deleted' }),
      high({ version: '2.0.0', status: 'deleted', isDropped: true }),
      low({ version: '0.1.0' }),
    ]);

    expect(all(view)).toEqual(['low 0.1.0']);
    expect(latest(view)).toEqual(['low 0.1.0']);
  });

  it('the tombstones of the first are shown when the second is deleted as well', () => {
    const view = viewOf([high({ status: 'deleted' }), low({ status: 'deleted', version: '3.0.0' })]);

    expect(all(view)).toEqual(['high 1.0.0']);
    expect(latest(view)).toEqual(['high 1.0.0']);
  });

  it('include_deleted does not change the winner', () => {
    const view = viewOf([high({ status: 'deleted' }), low()]).kind('server');

    const page = cutPage(view, { limit: 10, sort: 'name', filters: { includeDeleted: true } });

    expect(page.versions.map(({ source }) => source)).toEqual(['low']);
  });

  it('a filter that only the second would pass shows neither', () => {
    const view = viewOf([high(), low({ tags: ['database'] })]).kind('server');

    expect(cutPage(view, { limit: 10, sort: 'name', filters: { tag: 'database' } }).versions).toEqual([]);
    expect(cutPage(view, { limit: 10, sort: 'name', filters: { source: 'low' } }).versions).toEqual([]);
  });

  it('a skill of the name is another entry', () => {
    const view = viewOf([high(), low({ kind: 'skill' })]);

    expect(all(view)).toEqual(['high 1.0.0']);
    expect([...listed(view.kind('skill'), {})].map(({ source }) => source)).toEqual(['low']);
    expect([...listed(view.kind('plugin'), {})]).toEqual([]);
  });
});

describe('claims', () => {
  const TEAM: VisibilitySet = { key: 'team a', sees: (claims) => claims?.['team'] !== 'b' };
  const rows = [
    high({ claims: '{"team":"b"}' }),
    low({ claims: '{"team":"a"}' }),
    high({ name: 'b/b', claims: '{"team":"b"}' }),
  ];

  it('that hide the first source let the next one win', () => {
    expect(all(viewOf(rows, TEAM))).toEqual(['low 1.0.0']);
  });

  it('that hide the only source leave nothing of the name', () => {
    expect(viewOf(rows, TEAM).kind('server').entry('b/b')).toBeUndefined();
  });

  it('hide tombstones too', () => {
    const deleted = [high({ status: 'deleted', claims: '{"team":"b"}' })];

    expect(all(viewOf(deleted, TEAM))).toEqual([]);
    expect(all(viewOf(deleted))).toEqual(['high 1.0.0']);
  });

  it('do nothing where everybody sees everything', () => {
    expect(all(viewOf(rows))).toEqual(['high 1.0.0', 'high 1.0.0']);
  });
});

describe('order', () => {
  it('is by name, then by version order', () => {
    const versions = ['10.0.0', 'nightly', '9.0.0', '10.0.0-rc.1'];
    const rows = versions.map((version) => high({ version }));

    const view = viewOf([low({ name: 'a/B' }), ...rows, low({ name: 'a/a-b' })]).kind('server');

    expect([...listed(view, {})].map(({ name, version }) => `${name} ${version}`)).toEqual([
      'a/B 1.0.0',
      'a/a nightly',
      'a/a 9.0.0',
      'a/a 10.0.0-rc.1',
      'a/a 10.0.0',
      'a/a-b 1.0.0',
    ]);
    expect([...listed(view, { version: 'latest' })].map(({ version }) => version)).toEqual([
      '1.0.0',
      '10.0.0',
      '1.0.0',
    ]);
  });
});

describe('a change of the snapshot', () => {
  it('shares what nothing touched and replaces versions, not entries', () => {
    const first = new ShelfUpdate(new Map());
    for (const name of ['a/a', 'b/b']) first.put(storedVersion({ name }));
    const before = first.finish(new Set(['one']));

    const second = new ShelfUpdate(before);
    second.put(storedVersion({ name: 'a/a', version: '2.0.0' }));
    second.put(storedVersion({ name: 'a/a', title: 'New' }));
    const after = second.finish(new Set(['one']));

    const entry = after.get('one')?.server.get('a/a');
    expect(entry?.versions.map(({ version, title }) => [version, title])).toEqual([
      ['1.0.0', 'New'],
      ['2.0.0', null],
    ]);
    expect(after.get('one')?.server.get('b/b')).toBe(before.get('one')?.server.get('b/b'));
    expect(before.get('one')?.server.get('a/a')?.versions).toHaveLength(1);
  });

  it('forgets sources that are gone', () => {
    const update = new ShelfUpdate(new Map());
    update.put(storedVersion({ name: 'a/a', source: 'gone' }));

    expect([...update.finish(new Set(['one'])).keys()]).toEqual(['one']);
  });
});
