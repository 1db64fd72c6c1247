import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkOfficial } from './official-document.js';

const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';
const VALID = {
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: 'com.example/server',
  description: 'A server',
  version: '1.0.0',
};

/** Findings of a valid document with other members, as `severity code pointer`. */
function verdict(members: object): string[] {
  return checkOfficial({ ...VALID, ...members }).map(
    ({ severity, code, pointer }) => `${severity} ${code} ${pointer}`,
  );
}

function dated(id: string): { readonly $schema: string } {
  return { $schema: `https://static.modelcontextprotocol.io/schemas/${id}/server.schema.json` };
}

describe('the shape of a document', () => {
  it('finds nothing wrong with a minimal one', () => {
    expect(checkOfficial(VALID)).toEqual([]);
  });

  it.each([null, [], 'text', 5, true, undefined])('refuses the root %j at once', (root) => {
    expect(checkOfficial(root)).toEqual([
      expect.objectContaining({ pointer: '', code: 'schema', severity: 'error' }),
    ]);
  });

  it('names every missing member where it belongs', () => {
    const findings = checkOfficial({});

    expect(findings.map(({ pointer }) => pointer)).toEqual(['/$schema', '/name', '/description', '/version']);
    expect(findings[2]?.message).toBe('"description" is missing: add it as a string.');
  });

  it.each([
    [{ description: 5 }, 'error schema /description'],
    [{ description: 'x'.repeat(101) }, 'error schema /description'],
    [{ title: '' }, 'error schema /title'],
    [{ version: '1'.repeat(256) }, 'error schema /version'],
    [{ packages: {} }, 'error schema /packages'],
    [{ packages: [null] }, 'error schema /packages/0'],
    [{ websiteUrl: 'e.com' }, 'error schema /websiteUrl'],
    [{ icons: [{ src: 'https://e.com/i', theme: 'blue' }] }, 'error schema /icons/0/theme'],
    [{ icons: [{ src: `https://e.com/${'i'.repeat(242)}` }] }, 'error schema /icons/0/src'],
    [{ status: 'active' }, 'error unexpected-property /status'],
    [{ 'a/b~c': 1 }, 'error unexpected-property /a~1b~0c'],
    [
      JSON.parse('{"repository":{"url":"https://github.com/a/b","source":"github","__proto__":1}}') as object,
      'error unexpected-property /repository/__proto__',
    ],
  ])('refuses %j', (members, expected) => {
    expect(verdict(members)).toEqual([expected]);
  });

  it('refuses a member called __proto__ at the root', () => {
    const document: unknown = JSON.parse(`{"__proto__":{},${JSON.stringify(VALID).slice(1)}`);

    expect(checkOfficial(document)).toMatchObject([{ code: 'unexpected-property', pointer: '/__proto__' }]);
  });

  it('counts characters, not UTF-16 units', () => {
    expect(verdict({ description: '\u{1F600}'.repeat(100) })).toEqual([]);
  });

  it.each(['title', 'packages', 'repository', '_meta'])('only warns of null for the optional %s', (key) => {
    expect(verdict({ [key]: null })).toEqual([`warning schema /${key}`]);
  });

  it('reports every problem at once', () => {
    const found = verdict({ name: 'x', version: '^1.0.0', junk: 1, remotes: [{ type: 'stdio' }] });

    expect(found).toEqual([
      'error schema /name',
      'error unexpected-property /junk',
      'error invalid-server-name /name',
      'error version-looks-like-range /version',
      'error unsupported-remote-transport-type /remotes/0/type',
    ]);
  });
});

describe('the date of the schema', () => {
  const npm = { registryType: 'npm', identifier: 'a', transport: { type: 'stdio' } };
  const blank = { remotes: [{ type: 'streamable-http', url: 'https://e.com/a b' }] };
  const port = { type: 'sse', url: 'https://e.com:{p}/', variables: { p: {} } };
  const deprecated = 'warning schema-version-deprecated /$schema';

  it.each([
    [{ $schema: 'nope' }, ['error schema /$schema', 'error schema-version-extraction-error /$schema']],
    [
      { $schema: 'https://e.com/draft/server.schema.json' },
      ['error schema-version-extraction-error /$schema'],
    ],
    [dated('draft'), ['error schema-version-not-available /$schema']],
    [dated('2020-01-01'), ['error schema-version-not-available /$schema']],
    [dated('2025-10-17'), [deprecated]],
    [{ ...dated('2025-07-09'), packages: [] }, [deprecated]],
    [{ ...dated('2025-07-09'), packages: [npm] }, [deprecated, 'error schema /packages/0']],
    [{ ...dated('2025-09-29'), packages: [npm] }, [deprecated, 'error schema /packages/0/version']],
    [{ ...dated('2025-10-11'), packages: [npm] }, [deprecated]],
    [{ ...dated('2025-10-17'), ...blank }, [deprecated]],
    [blank, ['error schema /remotes/0/url']],
    [{ remotes: [port] }, []],
    [{ ...dated('2025-10-17'), remotes: [port] }, [deprecated, 'error schema /remotes/0/url']],
    [{ ...dated('2025-09-29'), icons: [{ src: 'https://e.com/i', sizes: ['48'] }] }, [deprecated]],
    [{ icons: [{ src: 'https://e.com/i', sizes: ['any', '48'] }] }, ['error schema /icons/0/sizes/1']],
  ])('%j', (members, expected) => {
    expect(verdict(members)).toEqual(expected);
  });
});

describe('_meta', () => {
  it.each([
    [{ [PUBLISHER]: { a: 1 } }, []],
    [{ [PUBLISHER]: 'text' }, [`error schema /_meta/${PUBLISHER.replace('/', '~1')}`]],
    [{ 'com.example/x': 1 }, ['warning unknown-meta-key /_meta/com.example~1x']],
    [{ [PUBLISHER]: { k: 'x'.repeat(4088) } }, []],
    [
      { [PUBLISHER]: { k: 'x'.repeat(4089) } },
      [`warning publisher-provided-too-large /_meta/${PUBLISHER.replace('/', '~1')}`],
    ],
  ])('%#', (_meta, expected) => {
    expect(verdict({ _meta })).toEqual(expected);
  });
});

describe('hostile values', () => {
  it('survives nesting that cannot be written back', () => {
    const deep: unknown = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);

    expect(verdict({ _meta: { [PUBLISHER]: deep } })).toEqual([
      expect.stringContaining('publisher-provided-too-large'),
    ]);
    expect(verdict({ title: deep })).toEqual(['error schema /title']);
  });

  it('survives more faults than can be listed', () => {
    const choices = Array.from({ length: 300_000 }, () => 0);
    const remotes = [{ type: 'sse', url: 'https://e.com/', variables: { t: { choices } } }];

    expect(checkOfficial({ ...VALID, remotes })).toMatchObject([
      { pointer: '', code: 'schema', severity: 'error' },
    ]);
  });

  it('never throws on any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Array.isArray(checkOfficial(value))).toBe(true);
      }),
    );
  });

  it('never throws whatever stands in place of the known members', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.webUrl(),
      fc.constantFrom('stdio', 'sse', 'named', 'positional', '{x}'),
    );
    const part = fc.dictionary(
      fc.constantFrom(
        'type',
        'url',
        'name',
        'value',
        'version',
        'transport',
        'variables',
        'packageArguments',
        '__proto__',
      ),
      fc.oneof(
        odd,
        fc.array(fc.dictionary(fc.constantFrom('type', 'name', 'value', 'default'), odd), { maxLength: 2 }),
      ),
    );
    const keys = fc.constantFrom('$schema', 'name', 'version', 'title', 'websiteUrl', 'repository', '_meta');
    fc.assert(
      fc.property(
        fc.dictionary(keys, odd),
        fc.array(part, { maxLength: 3 }),
        fc.array(part, { maxLength: 3 }),
        (members, packages, remotes) => {
          const found = checkOfficial({ ...VALID, ...members, packages, remotes });

          expect(found.every(({ message }) => message.endsWith('.'))).toBe(true);
        },
      ),
    );
  });
});
