import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDomainError } from '../common/domain-error.js';
import type { RegistryContent } from './entry.js';
import { readRegistry } from './registry-reader.js';

const GOOD = 999;
const PLACE = 500;
const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';

const document = (index: number) => `{"name":"com.example/s${index}","description":"d","version":"1.0.0"}`;
const toolHive = (index: number) => `"s${index}":{"description":"d","image":"i:${index}"}`;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** 1000 items with `hostile` in the middle. */
function among(hostile: string, good: (index: number) => string): string {
  const items = Array.from({ length: GOOD }, (_, index) => good(index));
  return items.toSpliced(PLACE, 0, hostile).join(',\n');
}

/** How many documents were kept, and where the problems of each refused one are. */
function outcome({ documents, refused }: RegistryContent): unknown {
  return {
    kept: documents.length,
    refused: refused.map(({ pointer, problems }) => [pointer, ...problems.map((problem) => problem.pointer)]),
  };
}

describe('one hostile document among 999 good ones', () => {
  const bad = (members: string) => `{"name":"x/y","description":"d","version":"1.0.0",${members}}`;

  it.each([
    ['nested too deep', bad(`"x":${nested(64)}`), `/x${'/0'.repeat(63)}`],
    ['nested deep enough to overflow a stack', bad(`"x":${nested(100_000)}`), `/x${'/0'.repeat(63)}`],
    ['a duplicate member', bad('"a":{"b":1,"b":2}'), '/a/b'],
    ['a duplicate that only looks different', bad('"\\u006eame":"z/y"'), '/name'],
    ['NUL', bad('"title":"a\\u0000b"'), '/title'],
    ['NUL in a member name', bad('"a\\u0000":1'), '/a\uFFFD'],
    ['a lone surrogate', bad('"title":"\\ud83d"'), '/title'],
    ['an empty description', '{"name":"x/y","description":"","version":"1.0.0"}', '/description'],
    ['no version', '{"name":"x/y","description":"d"}', '/version'],
    ['a reserved version', '{"name":"x/y","description":"d","version":"latest"}', '/version'],
    ['packages of the wrong type', bad('"packages":"npm"'), '/packages'],
    [
      'a number for a string',
      bad('"packages":[{"registryType":"npm","identifier":7}]'),
      '/packages/0/identifier',
    ],
    [
      'publisher data of the wrong type',
      bad(`"_meta":{"${PUBLISHER}":[]}`),
      `/_meta/${PUBLISHER.replace('/', '~1')}`,
    ],
    ['more than 1 MiB', bad(`"x":"${'x'.repeat(1024 * 1024)}"`), ''],
    ['the same name and version again', document(7), ''],
    ['no object', '"text"', ''],
  ])('%s', (_, hostile, pointer) => {
    const list = among(hostile, document);
    expect(outcome(readRegistry(`{"data":{"servers":[${list}]}}`))).toEqual({
      kept: GOOD,
      refused: [[`/data/servers/${PLACE}`, pointer]],
    });
    expect(outcome(readRegistry(`[${list}]`))).toEqual({ kept: GOOD, refused: [[`/${PLACE}`, pointer]] });
  });

  it.each([
    ['nested too deep', `"x":{"description":"d","image":"i","x":${nested(64)}}`, `/x${'/0'.repeat(63)}`],
    ['a duplicate member', '"x":{"description":"d","image":"i","image":"j"}', '/image'],
    ['NUL', '"x":{"description":"\\u0000","image":"i"}', '/description'],
    ['an empty description', '"x":{"description":"","image":"i"}', '/description'],
    ['wrong types', '"x":{"description":"d","image":7}', '/image'],
    ['the same name again', '"x":{"description":"d","image":"i","name":"s3"}', ''],
  ])('in the ToolHive format: %s', (_, hostile, pointer) => {
    const content = readRegistry(`{"servers":{${among(hostile, toolHive)}}}`);
    expect(outcome(content)).toEqual({ kept: GOOD, refused: [['/servers/x', pointer]] });
  });
});

describe('any JSON', () => {
  const names = fc.constantFrom(
    'name',
    'namespace',
    'version',
    'description',
    'server',
    '_meta',
    'packages',
    'image',
    '__proto__',
    'x',
  );
  const leaf = fc.oneof(
    fc.constantFrom('a/b', 'abc', '1.0.0', '', null, 7, true),
    fc.string({ unit: 'binary' }),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value')),
    ),
  }));
  const sound = fc.record({
    name: fc.constantFrom('a/b', 'c/d'),
    description: leaf,
    version: leaf,
    title: leaf,
  });
  const lists = fc.array(fc.oneof(value, sound), { maxLength: 5 });
  const map = fc.dictionary(fc.string(), value, { maxKeys: 5 });

  it('in a list is kept or refused, one by one', () => {
    fc.assert(
      fc.property(lists, lists, lists, (servers, skills, plugins) => {
        const content = readRegistry(JSON.stringify({ data: { servers, skills, plugins } }));
        const count = servers.length + skills.length + plugins.length;
        expect(content.documents.length + content.refused.length).toBe(count);
      }),
      { numRuns: 500 },
    );
  });

  it('in the sections of ToolHive is kept or refused, one by one', () => {
    fc.assert(
      fc.property(map, map, map, (servers, remote_servers, grouped) => {
        const text = JSON.stringify({ servers, remote_servers, groups: [{ servers: grouped }] });
        const content = readRegistry(text);
        const count = [servers, remote_servers, grouped].flatMap((section) => Object.keys(section)).length;
        expect(content.documents.length + content.refused.length).toBe(count);
      }),
      { numRuns: 500 },
    );
  });

  it('as a whole is read or refused as source data', () => {
    const roots = fc.constantFrom(
      'data',
      'servers',
      'remote_servers',
      'groups',
      'skills',
      'metadata',
      'name',
      'version',
    );
    fc.assert(
      fc.property(fc.oneof(lists, fc.dictionary(roots, value), fc.jsonValue()), (root) => {
        const anything = ['refused', expect.any(Number)];
        const counted = Array.isArray(root) ? [root.length] : anything;
        expect(attempt(JSON.stringify(root))).toBeOneOf(counted);
      }),
      { numRuns: 2000 },
    );
  });
});

function attempt(text: string): number | 'refused' {
  try {
    const { documents, refused } = readRegistry(text);
    return documents.length + refused.length;
  } catch (error) {
    if (isDomainError(error, 'invalid-source-data')) return 'refused';
    throw error;
  }
}
