import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDomainError } from '../common/domain-error.js';
import { decodeCursor, encodeCursor, type CursorState } from './cursor.js';
import { MAX_CURSOR_LENGTH } from './cursor-text.js';
import { ENTRY_STATUSES } from './entry.js';

const STATE: CursorState = {
  sort: 'name',
  filters: { search: 'git', updatedSince: 0, includeDeleted: true, status: ['active', 'deleted'] },
  after: { name: 'io.x/a', version: '1.0.0', publishedAt: 1_700_000_000_000 },
};

describe('encodeCursor and decodeCursor', () => {
  it('round trip every state', () => {
    const text = fc.string({ unit: 'binary', maxLength: 150 });
    const filterText = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    const instant = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    const filters = fc.record(
      {
        search: filterText,
        updatedSince: instant,
        version: filterText,
        includeDeleted: fc.boolean(),
        tag: filterText,
        registryType: filterText,
        transport: filterText,
        source: filterText,
        status: fc.uniqueArray(fc.constantFrom(...ENTRY_STATUSES), { minLength: 1 }),
      },
      { requiredKeys: [] },
    );
    const position = { name: text, version: text, publishedAt: instant };
    const optional = { requiredKeys: ['name', 'version'] as ['name', 'version'] };
    const states: fc.Arbitrary<CursorState> = fc.oneof(
      fc.record({ sort: fc.constant('name' as const), filters, after: fc.record(position, optional) }),
      fc.record({
        sort: fc.constant('updated' as const),
        filters,
        after: fc.record({ ...position, updatedAt: instant }),
      }),
      fc.record({
        sort: fc.constant('relevance' as const),
        filters,
        after: fc.record({ ...position, score: fc.maxSafeNat() }),
      }),
    );
    fc.assert(
      fc.property(states, (state) => {
        const cursor = encodeCursor(state);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(cursor)).toEqual(state);
      }),
    );
  });

  it('write the same state the same way, whatever the order of its members', () => {
    const other: CursorState = {
      after: { publishedAt: 1_700_000_000_000, version: '1.0.0', name: 'io.x/a' },
      filters: { status: ['active', 'deleted'], includeDeleted: true, updatedSince: 0, search: 'git' },
      sort: 'name',
    };

    expect(encodeCursor(other)).toBe(encodeCursor(STATE));
  });

  it('stay within the limit with the longest name and version and 1,600 bytes of filters', () => {
    const state: CursorState = {
      sort: 'updated',
      filters: { search: '\u0001'.repeat(256), version: 'v' },
      after: {
        name: 'n'.repeat(200),
        version: '\u{1F680}'.repeat(255),
        publishedAt: -1e14,
        updatedAt: -1e14,
      },
    };

    const cursor = encodeCursor(state);

    expect(cursor.length).toBeLessThanOrEqual(MAX_CURSOR_LENGTH);
    expect(decodeCursor(cursor)).toStrictEqual(state);
  });

  it.each([
    ['nothing', ''],
    ['letters outside the alphabet', `${encodeCursor(STATE)}=`],
    ['a cut cursor', encodeCursor(STATE).slice(0, -3)],
    ['too long', 'A'.repeat(MAX_CURSOR_LENGTH + 1)],
    ["another server's cursor", 'aW8ueC9hOjEuMC4w'],
    ['no list', written({})],
    ['an unknown format', written([2, 'name', {}, { name: 'a', version: '1' }])],
    ['an unknown order', written([1, 'size', {}, { name: 'a', version: '1' }])],
    ['an unknown filter', written([1, 'name', { color: 'red' }, { name: 'a', version: '1' }])],
    ['a filter of another type', written([1, 'name', { search: 1 }, { name: 'a', version: '1' }])],
    [
      'a filter that is too long',
      written([1, 'name', { tag: 'x'.repeat(257) }, { name: 'a', version: '1' }]),
    ],
    ['an unknown status', written([1, 'name', { status: ['gone'] }, { name: 'a', version: '1' }])],
    ['a position without version', written([1, 'name', {}, { name: 'a' }])],
    ['a time that is no integer', written([1, 'name', {}, { name: 'a', version: '1', publishedAt: 1.5 }])],
    ['no time in the updated order', written([1, 'updated', {}, { name: 'a', version: '1' }])],
    ['no score in the relevance order', written([1, 'relevance', {}, { name: 'a', version: '1' }])],
    ['more items', written([1, 'name', {}, { name: 'a', version: '1' }, 0])],
    ['another spelling of a state', written([1, 'name', {}, { name: 'a', version: '1' }]).concat('IA')],
    ['deep nesting', Buffer.from('['.repeat(3000)).toString('base64url')],
  ])('refuse %s', (_what, text) => {
    expect(failureOf(text)).toMatchObject({
      code: 'invalid-cursor',
      problems: [{ location: 'query.cursor' }],
    });
  });

  it('refuse garbage with nothing but invalid-cursor', () => {
    const written = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
    const bytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), bytes, written), (text) => {
        expect(isDomainError(failureOf(text), 'invalid-cursor')).toBe(true);
      }),
    );
  });
});

function written(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function failureOf(text: string): unknown {
  try {
    return decodeCursor(text);
  } catch (error) {
    return error;
  }
}
