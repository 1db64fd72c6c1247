import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CatalogVersion, compareListed } from '../../src/catalog/catalog-entry.js';
import { cutPage } from '../../src/catalog/page.js';
import type { KindView } from '../../src/catalog/kind-view.js';
import { RegistryView } from '../../src/catalog/registry-view.js';
import { ShelfUpdate } from '../../src/catalog/snapshot.js';
import { OPEN_VISIBILITY } from '../../src/model/claims.js';
import { type CursorPosition, decodeCursor, encodeCursor } from '../../src/model/cursor.js';
import type { ListFilters, ListSort } from '../../src/model/list-filters.js';
import { storedVersion } from '../support/documents.js';

interface Item {
  readonly name: string;
  readonly version: string;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly tags: readonly string[];
  readonly description: string;
}

const keyOf = ({ name, version }: Pick<Item, 'name' | 'version'>) => JSON.stringify([name, version]);

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const instant = fc.constantFrom(new Date(0), new Date(1), new Date(2_000_000_000_000));
const item: fc.Arbitrary<Item> = fc.record({
  name: fc.oneof(fc.constantFrom('a/a', 'a/b', 'a/A', 'a/a-b', 'ä/ü', '\u{10000}/x', '\uffff/x'), anyText),
  version: fc.oneof(
    fc.constantFrom('1.0.0', '1.0.0+b', '2.0.0-rc.1', '10.0.0', 'v2.0.0', 'nightly'),
    anyText,
  ),
  publishedAt: instant,
  updatedAt: instant,
  tags: fc.subarray(['x', 'y']),
  description: fc.constantFrom('word', 'other', ''),
});
const items = fc.uniqueArray(item, { maxLength: 40, selector: keyOf });
const limit = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 1000 }));
const filters: fc.Arbitrary<ListFilters> = fc.constantFrom(
  {},
  { tag: 'x' },
  { search: 'word' },
  { search: 'o', tag: 'y' },
  { version: 'latest' },
  { version: '1.0.0' },
  { updatedSince: 0, includeDeleted: true },
);

function viewOf(rows: readonly Item[]): KindView {
  const update = new ShelfUpdate(new Map());
  for (const row of rows) update.put(storedVersion(row));
  return new RegistryView([...update.finish(new Set(['one'])).values()], OPEN_VISIBILITY).kind('server');
}

/** Reads page after page with whatever `viewAt` shows at that time; each position travels as the text of a cursor. */
function readAll(
  viewAt: (page: number) => KindView,
  request: { readonly limit: number; readonly sort: ListSort; readonly filters: ListFilters },
): CatalogVersion[][] {
  const pages: CatalogVersion[][] = [];
  let after: CursorPosition | undefined;
  do {
    const page = cutPage(viewAt(pages.length), { ...request, ...(after && { after }) });
    pages.push([...page.versions]);
    const { sort, filters: narrowed } = request;
    after = page.next && decodeCursor(encodeCursor({ sort, filters: narrowed, after: page.next })).after;
  } while (after !== undefined && pages.length < 200);
  return pages;
}

describe('paging through a catalogue that rests', () => {
  it.each<ListSort>(['name', 'updated', 'relevance'])('gives the same as one large page, by %s', (sort) => {
    fc.assert(
      fc.property(items, limit, filters, (rows, size, narrowed) => {
        const view = viewOf(rows);
        const whole = cutPage(view, { limit: 1000, sort, filters: narrowed });

        const pages = readAll(() => view, { limit: size, sort, filters: narrowed });

        expect(pages.flat()).toEqual(whole.versions);
        expect(whole.next).toBeUndefined();
        expect(pages.slice(0, -1).every((page) => page.length === size)).toBe(true);
        expect(pages.length === 1 || pages.at(-1)?.length !== 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('shows exactly what passes the filter, each once', () => {
    fc.assert(
      fc.property(items, limit, (rows, size) => {
        const shown = readAll(() => viewOf(rows), {
          limit: size,
          sort: 'name',
          filters: { tag: 'x' },
        }).flat();

        const expected = rows.filter(({ tags }) => tags.includes('x')).map(keyOf);
        expect(shown.map(keyOf).sort()).toEqual(expected.sort());
      }),
    );
  });
});

describe('paging by name through a catalogue that changes between pages', () => {
  /** What happens before a page: some of what is there goes, some of what is not comes. */
  const change = fc.record({ gone: fc.array(fc.nat(60), { maxLength: 6 }), come: items });

  it('repeats nothing, skips nothing that was there throughout, and keeps the order', () => {
    fc.assert(
      fc.property(
        items,
        fc.array(change, { maxLength: 8 }),
        fc.integer({ min: 1, max: 6 }),
        (rows, changes, size) => {
          let present = new Map(rows.map((row) => [keyOf(row), row]));
          let throughout = new Set(present.keys());
          // A version's place among its siblings does not move while it is there.
          const known = new Map(present);
          const viewAt = (page: number) => {
            const { gone = [], come = [] } = (page > 0 && changes[page - 1]) || {};
            const left = [...present.values()].filter((_row, index) => !gone.includes(index));
            present = new Map(left.map((row) => [keyOf(row), row]));
            throughout = new Set([...throughout].filter((key) => present.has(key)));
            for (const row of come) {
              const first = known.get(keyOf(row)) ?? row;
              known.set(keyOf(row), first);
              present.set(keyOf(row), first);
            }
            return viewOf([...present.values()]);
          };

          const shown = readAll(viewAt, { limit: size, sort: 'name', filters: {} }).flat();

          const keys = shown.map(keyOf);
          expect(new Set(keys).size).toBe(keys.length);
          expect([...throughout].filter((key) => !keys.includes(key))).toEqual([]);
          expect(shown).toEqual([...shown].sort(compareListed));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('goes on behind an entry that has gone meanwhile', () => {
    const rows = ['a/a', 'b/b', 'c/c', 'd/d'].map((name) => storedVersion({ name }));
    const left = rows.filter(({ name }) => name !== 'b/b');

    const pages = readAll((page) => viewOf(page === 0 ? rows : left), {
      limit: 2,
      sort: 'name',
      filters: {},
    });

    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([
      ['a/a', 'b/b'],
      ['c/c', 'd/d'],
    ]);
  });
});
