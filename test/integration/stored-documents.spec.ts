import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VersionDocument } from '../../src/model/entry.js';
import { versionDocument } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { changeOf, planSync } from '../support/sync-plans.js';

const NOW = new Date('2026-03-02T08:00:00Z');

let db: EmbeddedDatabase;

beforeAll(async () => {
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

beforeEach(emptySource);

async function emptySource(): Promise<void> {
  await db.clear();
  await db.sources.reconcile([{ name: 'one', kind: 'file' }]);
}

/** Stores the documents and reads them back, by name. */
async function roundTrip(documents: readonly VersionDocument[]) {
  const plan = planSync(await db.heads('one'), documents, []);
  const names = { sourceRevision: 'r', rulesFingerprint: 'f', bytes: 1, refused: 0 };
  const times = { startedAt: NOW, endedAt: NOW, nextAttempt: NOW };
  const revision = await db.writer.commit('one', changeOf(plan), { ...plan, ...names, ...times });
  const rows = (await db.touched(revision - 1)).filter(({ isDropped }) => !isDropped);
  return new Map(rows.map((row) => [row.name, row]));
}

describe('documents come back token by token', () => {
  const AWKWARD = {
    'numbers that no double holds': '{"a":9223372036854775807,"b":1.0,"c":1e400,"d":-0,"e":1E+2,"f":0.10}',
    'numeric member names, in their order': '{"b":1,"10":2,"9":3,"__proto__":{"x":1}}',
    'members twice': '{"a":1,"a":2}',
    'escaped characters that text columns refuse': String.raw`{"nul":"\u0000","half":"\ud83d","other":"\uDC00"}`,
    'both spellings of a character': String.raw`{"a":"\u00e9\/","b":"é/"}`,
    'characters beyond the first plane': '{"a":"😀𝒳","b":"\u{10ffff}"}',
    'line separators and controls of C1': '{"a":"\u2028\u2029\u0085\u009f\u007f"}',
    'text that looks like SQL': `{"a":"'; DROP TABLE entry; --","b":"$1 $2 :x ? E'\\\\x1f'"}`,
    'text that looks like an array of PostgreSQL': '{"a":"{1,NULL,\\"x\\"}","b":"\\\\N","c":"\\\\."}',
    'the separator of lists': '{"a":"\\u001f"}',
  } as const;

  it.each(Object.entries(AWKWARD))('%s', async (_what, document) => {
    const given = versionDocument({ name: 'a/a', document, original: document, envelopeMeta: document });

    const stored = (await roundTrip([given])).get('a/a');

    expect(stored).toMatchObject({ document, original: document, envelopeMeta: document });
  });

  it('whatever text it is', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 50 }).filter((value) => !value.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
        const documents = texts.map((document, index) => versionDocument({ name: `a/${index}`, document }));
        await emptySource();

        const stored = await roundTrip(documents);

        expect(documents.map(({ name }) => stored.get(name)?.document)).toEqual(texts);
      }),
      { numRuns: 30 },
    );
  });
});

describe('derived columns', () => {
  it('lists are empty, not null, and keep order and awkward items', async () => {
    const items = ['b', 'a', 'with, comma', '"quoted"', '{brace}', 'NULL', '\\', 'ü 😀', "it's"];
    const facets = {
      description: 'd',
      title: 'T',
      tags: items,
      tools: items,
      registryTypes: ['npm'],
      transports: [],
    };

    const stored = await roundTrip([
      versionDocument({ name: 'a/empty' }),
      versionDocument({ name: 'a/full', facets }),
    ]);

    expect(stored.get('a/empty')).toMatchObject({
      title: null,
      tags: [],
      tools: [],
      registryTypes: [],
      transports: [],
    });
    expect(stored.get('a/full')).toMatchObject(facets);
  });

  it('facts of the upstream are kept, and its absence is null', async () => {
    const facts = {
      status: 'deprecated',
      statusMessage: 'use b/b',
      publishedAt: new Date('2024-02-29T12:34:56.789Z'),
      statusChangedAt: new Date('2025-01-01T00:00:00.001Z'),
    } as const;

    const stored = await roundTrip([
      versionDocument({ name: 'a/facts', ...facts }),
      versionDocument({ name: 'a/none' }),
    ]);

    expect(stored.get('a/facts')).toMatchObject(facts);
    const none = stored.get('a/none');
    expect(none).toMatchObject({ statusMessage: null, original: null, envelopeMeta: null, claims: null });
    expect(none?.publishedAt).toEqual(none?.updatedAt);
  });
});
