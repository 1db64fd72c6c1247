import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registryFile, registryFileOf, serverJson } from '../../test/support/documents.js';
import { applyPlan } from '../../test/support/stored-versions.js';
import type { VersionHead } from '../database/catalog-change.js';
import type { RefusedDocument } from '../model/entry.js';
import { type ReaderRules, type RoundPlan, RoundReader } from './round-reader.js';
import { hashOfServed } from './version-comparison.js';
import { MemoryBatches } from './write-batches.js';

const NOW = new Date('2026-03-02T08:00:00Z');

/** What a round is given. */
interface Given {
  readonly files: readonly string[];
  readonly stored?: readonly VersionHead[];
  readonly refusedBefore?: readonly RefusedDocument[];
  readonly rules?: Partial<ReaderRules>;
}

function reading({ files, stored = [], refusedBefore = [], rules }: Given) {
  const stores = { writes: new MemoryBatches<never>(), refused: new MemoryBatches<never>() };
  const reader = new RoundReader({ scope: 'everything', ...rules }, stores);
  reader.store(stored);
  reader.storeRefused(refusedBefore);
  for (const [index, text] of files.entries()) reader.read({ origin: `${index + 1}.json`, text });
  const plan = reader.finish(NOW);
  return { plan, reader };
}

function rounds(given: Given) {
  const { plan, reader } = reading(given);
  const lists = <List extends 'writes' | 'drops' | 'marks' | 'refused'>(list: List) =>
    Array.from({ length: plan.batches[list] }, (_, index) => reader.batch(list, index)).flat();
  const writes = lists('writes');
  const stored = applyPlan(
    given.stored ?? [],
    { ...plan, writes, drops: lists('drops'), marks: lists('marks') },
    NOW,
  );
  const titles = writes.map(({ document }) => [document.name, document.version, document.facets.title]);
  return { plan, titles, stored, refused: lists('refused'), dropped: lists('drops').map(({ name }) => name) };
}

const broken = (name: string, version = '1.0.0') => serverJson(name, version, { description: '' });
describe('the files of a source', () => {
  it('are one catalogue', () => {
    const { titles, refused } = rounds({ files: [registryFileOf('a/a'), registryFileOf('b/b')] });

    expect(titles.map(([name]) => name)).toEqual(['a/a', 'b/b']);
    expect(refused).toEqual([]);
  });

  it('keep the first of a version that is in two of them, and say where the other is', () => {
    const first = registryFile([serverJson('a/a', '1.0.0', { title: 'first' })]);
    const second = registryFile([
      serverJson('a/a', '1.0.0', { title: 'second' }),
      serverJson('a/a', '2.0.0'),
    ]);

    const { titles, refused } = rounds({ files: [first, second] });

    expect(titles).toEqual([
      ['a/a', '1.0.0', 'first'],
      ['a/a', '2.0.0', undefined],
    ]);
    expect(refused).toMatchObject([
      { name: 'a/a', version: '1.0.0', problems: [{ reason: expect.stringContaining('2.json') }] },
    ]);
  });

  it('fail together when one of them is broken, which is named', () => {
    expect(() => reading({ files: [registryFileOf('a/a'), '{'] })).toThrow(
      expect.objectContaining({
        code: 'invalid-source-data',
        message: expect.stringMatching(/^2\.json: /),
      }),
    );
  });

  it('fail when they are not in the configured format', () => {
    expect(() => reading({ files: [registryFileOf('a/a')], rules: { format: 'toolhive' } })).toThrow(
      expect.objectContaining({ code: 'invalid-source-data' }),
    );
  });
});

describe('refused documents', () => {
  const stored = rounds({ files: [registryFileOf('a/a', 'b/b')] }).stored;

  it('keep what is stored of them, unless another document of it was read', () => {
    const files = [
      registryFile([serverJson('a/a', '1.0.0', { title: 'new' }), broken('a/a'), broken('b/b')]),
    ];

    const { titles, dropped, refused } = rounds({ files, stored });

    expect(refused).toHaveLength(2);
    expect(titles).toEqual([['a/a', '1.0.0', 'new']]);
    expect(dropped).toEqual([]);
  });

  it('keep nothing that the filter excludes by name', () => {
    const filter = { names: { exclude: ['a/*'] } };

    const { dropped } = rounds({
      files: [registryFile([broken('a/a'), broken('b/b')])],
      stored,
      rules: { filter },
    });

    expect(dropped).toEqual(['a/a']);
  });
});

describe('changes', () => {
  const changes: Partial<ReaderRules> = { scope: 'changes' };
  const stored = rounds({ files: [registryFileOf('a/a', 'b/b', 'c/c')] }).stored;

  function numbers({ plan }: { readonly plan: RoundPlan }) {
    const { added, changed, removed, unchanged } = plan;
    return { added, changed, removed, unchanged };
  }

  it('leave alone what they do not mention', () => {
    const files = [registryFile([serverJson('b/b', '1.0.0', { title: 'new' })])];

    const round = rounds({ files, stored, rules: changes });

    expect(numbers(round)).toEqual({ added: 0, changed: 1, removed: 0, unchanged: 2 });
    expect(round.plan.counts.server).toBe(3);
  });

  it('move the mark of the latest among the versions that are stored', () => {
    const round = rounds({ files: [registryFile([serverJson('a/a', '2.0.0')])], stored, rules: changes });

    expect(round.stored.filter(({ name }) => name === 'a/a')).toMatchObject([
      { version: '1.0.0', isLatest: false },
      { version: '2.0.0', isLatest: true },
    ]);
  });

  it('that come twice count as they came last', () => {
    const title = (text: string) => registryFile([serverJson('a/a', '1.0.0', { title: text })]);

    expect(rounds({ files: [title('one'), title('two')], stored, rules: changes }).titles).toEqual([
      ['a/a', '1.0.0', 'two'],
    ]);
    const back = rounds({ files: [title('one'), registryFileOf('a/a')], stored, rules: changes });
    expect(back.titles).toEqual([]);
    expect(back.refused).toEqual([]);
  });

  it('drop what the filter does not accept any more', () => {
    const accepted = { names: { include: ['a/*', 'b/*'] } };
    const files = [registryFileOf('a/a', 'c/c')];

    expect(rounds({ files, stored, rules: { ...changes, filter: accepted } }).dropped).toEqual(['c/c']);
  });

  it('leave in quarantine what they say nothing of, once', () => {
    const first = rounds({ files: [registryFile([broken('x/x'), broken('y/y'), {}])] });
    const files = [registryFile([serverJson('x/x'), broken('z/z'), {}])];

    const round = rounds({ files, stored: first.stored, refusedBefore: first.refused, rules: changes });

    expect(new Set(round.refused.map(({ name }) => name))).toEqual(new Set(['y/y', 'z/z', undefined]));
    expect(round.plan.refused).toBe(3);
  });

  it('that are refused leave what is stored as it is', () => {
    const round = rounds({ files: [registryFile([broken('a/a')])], stored, rules: changes });

    expect(round.stored).toEqual(stored);
    expect(round.refused).toHaveLength(1);
  });
});

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
/** How a document lies in a file: bare or in an envelope, which may state facts, and with what white space. */
const manner = fc.record({
  meta: fc.constantFrom(
    undefined,
    'null',
    '{"x/y":[1.0]}',
    `{"${OFFICIAL}":{"status":"active"}}`,
    `{"${OFFICIAL}":{"status":"deprecated","statusMessage":"no","publishedAt":"2026-02-01T00:00:00Z"}}`,
  ),
  blank: fc.constantFrom('', '\n\t'),
});
/** Documents, some of which state facts themselves. */
const server = fc.record({
  name: fc.constantFrom('a/a', 'b/b'),
  version: fc.constantFrom('1.0.0', '2.0.0'),
  title: fc.constantFrom('one', 'say \\"two\\" / \\n'),
  own: fc.constantFrom(
    '',
    '"status":"deprecated",',
    '"status":"Active",',
    '"status":"active","_meta":{"io.modelcontextprotocol.registry/publisher-provided":' +
      '{"io.github.stacklok":{"x":{"status":"deprecated"}}}},',
    '"st\\u0061tus":"deprecated",',
    `"_meta":{"${OFFICIAL}":{"publishedAt":"2026-01-01T00:00:00Z"}},`,
    `"_meta":{"${OFFICIAL.replace('/', '\\/')}":{"status":"deleted"}},`,
  ),
  description: fc.constantFrom('what it does', 'what it does', 'what it does', ''),
});

type Made<Values> = Values extends fc.Arbitrary<infer Value> ? Value : never;

function fileText(servers: readonly Made<typeof server>[], manners: readonly Made<typeof manner>[]): string {
  const texts = servers.map(({ name, version, title, own, description }, index) => {
    const { meta, blank = '' } = manners[index] ?? {};
    const facts = `"name":"${name}","description":"${description}","version":"${version}"`;
    const document = `{${blank}${own}"title":"${title}",${facts}}`;
    return meta === undefined ? document : `{"server":${blank}${document},"_meta":${meta}}`;
  });
  return `{"servers":[${texts.join(',')}]}`;
}

describe('documents that are stored as they are', () => {
  it('give the same round as if they were read again', () => {
    const servers = fc.array(server, { maxLength: 3 });
    const manners = fc.array(manner, { minLength: 6, maxLength: 6 });
    const scope = fc.constantFrom('everything' as const, 'changes' as const);
    fc.assert(
      fc.property(servers, servers, manners, manners, scope, (kept, others, before, after, scope) => {
        const { stored, refused } = rounds({ files: [fileText(kept, before)] });
        const given = {
          files: [fileText([...kept, ...others], after)],
          stored,
          refusedBefore: refused,
        };

        const again = rounds({ ...given, rules: { scope, areKept: false } });

        expect(rounds({ ...given, rules: { scope, areKept: true } })).toEqual(again);
      }),
      { numRuns: 2000 },
    );
  });

  it('are not checked again, unless the rules are others or they were refused since', () => {
    const unfit = serverJson('a/a', '1.0.0', { title: 5 });
    const [write] = rounds({ files: [registryFileOf('a/a')] }).stored;
    const servedHash = hashOfServed({ document: JSON.stringify(unfit), status: 'active' });
    // As an earlier release may have left it, which let it pass.
    const stored = write === undefined ? [] : [{ ...write, servedHash }];
    const files = [registryFile([unfit])];
    const refusedOf = (given: Partial<Given>) => rounds({ files, stored, ...given }).refused;

    expect(refusedOf({ rules: { areKept: true } })).toEqual([]);
    const refused = refusedOf({ rules: { areKept: false } });
    expect(refused).toMatchObject([{ name: 'a/a', problems: [{ pointer: '/title' }] }]);
    expect(refusedOf({ rules: { areKept: true }, refusedBefore: refused })).toEqual(refused);
    expect(refusedOf({ rules: { areKept: true, filter: { tags: { exclude: ['x'] } } } })).toEqual(refused);
  });

  it('come back when they were dropped', () => {
    const first = rounds({ files: [registryFileOf('a/a', 'b/b')] });
    const second = rounds({ files: [registryFileOf('b/b')], stored: first.stored });

    const third = rounds({
      files: [registryFileOf('a/a', 'b/b')],
      stored: second.stored,
      rules: { areKept: true },
    });

    expect(third.plan).toMatchObject({ added: 1, changed: 0, unchanged: 1 });
  });
});

describe('batches', () => {
  it('can be read again, in any order, and hold no more than a statement takes', () => {
    const servers = Array.from({ length: 1200 }, (_, index) => serverJson(`a/s${index}`));
    const { plan, reader } = reading({ files: [registryFile(servers)] });

    const sizes = [4, 0, 1, 0].map((index) => reader.batch('writes', index).length);

    expect(plan.batches.writes).toBe(5);
    expect(sizes).toEqual([200, 250, 250, 250]);
  });

  it('end before documents become too large together', () => {
    const large = Array.from({ length: 5 }, (_, index) =>
      serverJson(`a/s${index}`, '1.0.0', { 'x-large': 'x'.repeat(200_000) }),
    );

    const { plan, reader } = reading({ files: [registryFile(large)] });

    expect([0, 1, 2].map((index) => reader.batch('writes', index).length)).toEqual([2, 2, 1]);
    expect(plan.batches.writes).toBe(3);
  });
});
