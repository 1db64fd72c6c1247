import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeCursor } from '../model/cursor.js';
import { DetailQuery, ListQuery, resolveListRequest } from './list-query.js';

function problemsOf(query: Record<string, unknown>) {
  const issues = ListQuery.safeParse(query).error?.issues ?? [];
  return issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

function filtersOf(query: Record<string, unknown>) {
  return ListQuery.parse(query).filters;
}

describe('ListQuery', () => {
  it('has defaults for everything and ignores what it does not know', () => {
    expect(ListQuery.parse({})).toStrictEqual({ limit: 30, filters: {} });
    expect(ListQuery.parse({ q: 'x', limits: '5', __proto__: null })).toStrictEqual({
      limit: 30,
      filters: {},
    });
  });

  it('takes an empty value as none, and the first of repeated ones', () => {
    const names =
      'limit cursor search updated_since version include_deleted sort tag registry_type transport source';
    const empty = Object.fromEntries([...names.split(' '), 'status'].map((name) => [name, '']));

    expect(ListQuery.parse(empty)).toStrictEqual({ limit: 30, filters: {} });
    expect(ListQuery.parse({ limit: ['7', 'x'], tag: ['', 'b'] })).toStrictEqual({ limit: 7, filters: {} });
  });

  it('reads every parameter', () => {
    const query = {
      limit: '50',
      cursor: 'abc',
      search: ' git hub ',
      updated_since: '2025-01-01T00:00:00Z',
      version: 'latest',
      sort: 'updated',
      tag: 'a',
      registry_type: 'oci',
      transport: 'stdio',
      source: 's',
      status: 'Deprecated, active,active',
    };

    expect(ListQuery.parse(query)).toStrictEqual({
      limit: 50,
      cursor: 'abc',
      sort: 'updated',
      filters: {
        search: 'git hub',
        updatedSince: Date.UTC(2025, 0, 1),
        version: 'latest',
        includeDeleted: true,
        tag: 'a',
        registryType: 'oci',
        transport: 'stdio',
        source: 's',
        status: ['active', 'deprecated'],
      },
    });
  });

  it.each([
    ['0', 1],
    ['-5', 1],
    ['-0', 1],
    ['007', 7],
    ['1000', 1000],
    ['1001', 1000],
    ['9'.repeat(400), 1000],
    [`-${'9'.repeat(400)}`, 1],
  ])('clamps the limit %s to %d', (limit, expected) => {
    expect(ListQuery.parse({ limit }).limit).toBe(expected);
  });

  it.each(['abc', '+5', '1.0', '1e2', ' 5', '0x10', '٣'])('refuses the limit %j', (limit) => {
    expect(problemsOf({ limit })).toEqual(['limit: Invalid limit parameter: must be an integer']);
  });

  it.each([
    ['2025-08-07T13:15:04.280Z', Date.UTC(2025, 7, 7, 13, 15, 4, 280)],
    ['2025-01-01T00:00:00+02:00', Date.UTC(2024, 11, 31, 22)],
    ['2025-01-01T00:00:00 02:00', Date.UTC(2024, 11, 31, 22)],
    ['2025-01-01T00:00:00-02:00', Date.UTC(2025, 0, 1, 2)],
    ['2024-02-29t12:00:00.123456789z', Date.UTC(2024, 1, 29, 12, 0, 0, 123)],
    ['1969-12-31T23:59:59Z', -1000],
    ['1900-03-01T00:00:00Z', Date.parse('1900-03-01T00:00:00Z')],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
    ['0000-02-29T00:00:00Z', Date.parse('0000-02-29T00:00:00Z')],
    ['9999-12-31T23:59:59-05:00', Date.parse('9999-12-31T23:59:59-05:00')],
  ])('reads the instant %s', (text, expected) => {
    expect(filtersOf({ updated_since: text })).toStrictEqual({
      updatedSince: expected,
      includeDeleted: true,
    });
  });

  it.each([
    '2025-01-01',
    '2025-01-01T00:00:00',
    '2025-01-01 00:00:00Z',
    '2025-01-01 00:00',
    '2025-02-30T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2025-01-01T25:00:00Z',
    '0x7e-01-01T00:00:00Z',
    '1754570104',
    'yesterday',
  ])('refuses the instant %j', (text) => {
    expect(problemsOf({ updated_since: text })).toEqual([
      'updated_since: Invalid updated_since parameter: must be RFC3339 format (e.g., 2025-08-07T13:15:04.280Z)',
    ]);
  });

  it.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('reads %s as true', (text) => {
    expect(filtersOf({ include_deleted: text })).toStrictEqual({ includeDeleted: true });
    expect(DetailQuery.parse({ include_deleted: text })).toStrictEqual({ includeDeleted: true });
  });

  it.each(['0', 'f', 'F', 'FALSE', 'false', 'False', ''])('reads %j as false', (text) => {
    expect(filtersOf({ include_deleted: text })).toStrictEqual({});
    expect(DetailQuery.parse({ include_deleted: text })).toStrictEqual({ includeDeleted: false });
  });

  it.each(['yes', 'tRUE', '2', ' true'])('refuses the boolean %j', (text) => {
    expect(problemsOf({ include_deleted: text })).toHaveLength(1);
    expect(DetailQuery.safeParse({ include_deleted: text }).success).toBe(false);
  });

  it('shows deleted versions when they are asked for by status or by time', () => {
    expect(filtersOf({ status: 'deleted', include_deleted: 'false' }).includeDeleted).toBe(true);
    expect(
      filtersOf({ updated_since: '2025-01-01T00:00:00Z', include_deleted: 'false' }).includeDeleted,
    ).toBe(true);
    expect(filtersOf({ status: 'active' }).includeDeleted).toBeUndefined();
  });

  it('ignores empty words in the list of statuses', () => {
    expect(filtersOf({ status: ' , ' })).toStrictEqual({});
    expect(filtersOf({ status: 'archived,' })).toStrictEqual({ status: ['archived'] });
  });

  it('bounds the length of texts', () => {
    const names = ['search', 'version', 'tag', 'registry_type', 'transport', 'source'];

    for (const name of names) {
      expect(problemsOf({ [name]: 'x'.repeat(256) })).toEqual([]);
      expect(problemsOf({ [name]: 'x'.repeat(257) })).toHaveLength(1);
    }
    expect(problemsOf({ search: ` ${'x'.repeat(256)} ` })).toEqual([]);
    expect(problemsOf({ cursor: 'x'.repeat(4096) })).toEqual([]);
    expect(problemsOf({ cursor: 'x'.repeat(4097) })).toHaveLength(1);
  });

  it('refuses filters that together would not fit into a cursor', () => {
    const long = '\u20AC'.repeat(256);

    expect(problemsOf({ search: long, tag: long })).toEqual([]);
    expect(problemsOf({ search: long, tag: long, source: long })).toHaveLength(1);
  });

  it('reports every problem at its parameter', () => {
    const query = {
      limit: 'x',
      sort: 'size',
      status: 'active,gone',
      updated_since: 'x',
      include_deleted: 'x',
    };

    expect(problemsOf(query).map((problem) => problem.split(':')[0])).toEqual([
      'limit',
      'updated_since',
      'include_deleted',
      'sort',
      'status',
    ]);
    expect(problemsOf({ status: 'gone' })).toEqual([
      'status: Invalid status parameter: must be a comma-separated list of active, deprecated, archived, deleted',
    ]);
  });

  it('documents each parameter', () => {
    const { type, properties = {}, required } = z.toJSONSchema(ListQuery, { io: 'input' });

    expect({ type, required }).toEqual({ type: 'object', required: undefined });
    expect(Object.keys(properties)).toHaveLength(12);
    for (const schema of Object.values(properties)) {
      expect(schema).toMatchObject({ type: expect.any(String), description: expect.any(String) });
    }
    expect(properties['limit']).toMatchObject({ type: 'integer', minimum: 1, maximum: 1000, example: 50 });
  });
});

describe('resolveListRequest', () => {
  it('starts the first page with the parameters, by name', () => {
    const request = ListQuery.parse({ limit: '5', search: 'git' });
    expect(resolveListRequest(request)).toStrictEqual({ limit: 5, sort: 'name', filters: { search: 'git' } });
  });

  it('lets the cursor win over all parameters but the limit', () => {
    const state = {
      sort: 'updated',
      filters: { tag: 'a' },
      after: { name: 'io.x/a', version: '1', updatedAt: 5 },
    } as const;
    const query = { limit: '5', sort: 'name', search: 'other', tag: 'b', cursor: encodeCursor(state) };

    expect(resolveListRequest(ListQuery.parse(query))).toStrictEqual({ limit: 5, ...state });
  });

  it('refuses a broken cursor', () => {
    const request = ListQuery.parse({ cursor: 'broken' });
    expect(() => resolveListRequest(request)).toThrow(expect.objectContaining({ code: 'invalid-cursor' }));
  });
});
