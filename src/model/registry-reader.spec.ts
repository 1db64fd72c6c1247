import { describe, expect, it } from 'vitest';
import type { RegistryContent } from './entry.js';
import { readRegistry } from './registry-reader.js';

const server = (name: string, version = '1.0.0') => ({
  name: `com.example/${name}`,
  description: 'd',
  version,
});
const skill = (name: string) => ({ namespace: 'com.example', name, description: 'd', version: '1' });
const image = (key: string) => ({ description: 'd', image: `ghcr.io/acme/${key}:1`, status: 'Active' });
const remote = (key: string) => ({ description: 'd', url: `https://${key}.example.com`, transport: 'sse' });

const read = (value: unknown) => readRegistry(JSON.stringify(value, null, 2));
const names = (content: RegistryContent) => content.documents.map(({ kind, name }) => `${kind} ${name}`);
const places = (content: RegistryContent) => content.refused.map(({ pointer }) => pointer);

describe('readRegistry: shapes', () => {
  const [a, b] = [server('a'), server('b')];
  const [x, y] = ['server com.example/a', 'server com.example/b'];

  it.each<[string, unknown, string[]]>([
    [
      'an upstream file',
      { version: '1.0.0', data: { servers: [a], skills: [skill('s')], plugins: [skill('p')] } },
      [x, 'skill com.example/s', 'plugin com.example/p'],
    ],
    ['an upstream file with skills alone', { data: { skills: [skill('s')] } }, ['skill com.example/s']],
    [
      'an upstream file whose groups do not count',
      { data: { servers: [a], groups: [7] }, groups: [{ servers: { k: image('k') } }] },
      [x],
    ],
    ['an empty upstream file', { data: { servers: [] } }, []],
    ['an upstream file with null lists', { data: { servers: null, skills: null } }, []],
    ['an array of documents and envelopes', [a, { server: b, _meta: {} }], [x, y]],
    ['an empty array', [], []],
    [
      'a list response',
      { servers: [{ server: a, _meta: {} }, { server: b }], metadata: { count: 2 } },
      [x, y],
    ],
    ['a list file without metadata', { servers: [{ server: a }] }, [x]],
    ['an empty list response', { servers: null, metadata: { count: 0 } }, []],
    ['a list response of skills', { skills: [skill('s')], metadata: { count: 1 } }, ['skill com.example/s']],
    ['one server.json', a, [x]],
    ['one server.json with members that lists have', { ...a, skills: ['s'], groups: ['g'], data: {} }, [x]],
    ['one envelope', { server: b, _meta: {} }, [y]],
    ['one skill', skill('s'), ['skill com.example/s']],
  ])('%s', (_, value, expected) => {
    const content = read(value);
    expect(content.format).toBe('upstream');
    expect(names(content)).toEqual(expected);
    expect(content.refused).toEqual([]);
  });

  it('a ToolHive registry, groups included', () => {
    const content = read({
      version: '1.0.0',
      last_updated: '2026-01-01T00:00:00Z',
      servers: { a: image('a'), named: { ...image('n'), name: 'com.example/n' } },
      remote_servers: { 'io.acme/r': remote('r') },
      groups: [
        { name: 'g', servers: { g: image('g') }, remote_servers: { h: remote('h') } },
        { name: 'empty', servers: null },
      ],
    });
    expect(content).toMatchObject({ format: 'toolhive', refused: [], lastUpdated: '2026-01-01T00:00:00Z' });
    expect(content.documents.map(({ name, sourceKey }) => [name, sourceKey])).toEqual([
      ['io.github.stacklok/a', 'a'],
      ['com.example/n', 'named'],
      ['io.acme/r', 'io.acme/r'],
      ['io.github.stacklok/g', 'g'],
      ['io.github.stacklok/h', 'h'],
    ]);
  });

  it.each([
    { servers: {} },
    { remote_servers: {} },
    { groups: [] },
    { version: '1.0.0', last_updated: 'x', servers: null },
    { name: 'Our registry', version: '1.0.0', servers: {} },
  ])('an empty ToolHive registry %j', (value) => {
    expect(read(value)).toMatchObject({ format: 'toolhive', documents: [], refused: [] });
  });

  it('tells when the file says it was updated', () => {
    expect(read({ meta: { last_updated: '2026-01-01' }, data: { servers: [] } }).lastUpdated).toBe(
      '2026-01-01',
    );
    expect(read({ meta: { last_updated: 5 }, data: { servers: [] } })).not.toHaveProperty('lastUpdated');
    expect(read([])).not.toHaveProperty('lastUpdated');
  });
});

describe('readRegistry: data that is refused whole', () => {
  const failing = (text: string, format?: 'toolhive' | 'upstream') => () =>
    readRegistry(text, format === undefined ? {} : { format });
  const failure = (message: RegExp) =>
    expect.objectContaining({
      code: 'invalid-source-data',
      message: expect.stringMatching(message) as string,
    });

  it.each([
    ['', /not valid JSON.*line 1, column 1/],
    ['<html>', /line 1, column 1/],
    ['{"data":\n {"servers": [', /the text ends at line 2, column 15/],
    ['[1,]', /line 1, column 4/],
    ['[] []', /line 1, column 4/],
    ['[]\n\uFEFF', /line 2, column 1/],
  ])('no JSON: %j', (text, message) => {
    expect(failing(text)).toThrow(failure(message));
  });

  it.each([
    '7',
    'null',
    '"x"',
    '{}',
    '{"data":{}}',
    '{"data":[]}',
    '{"servers":7}',
    '{"name":"x"}',
    '{"server":7}',
    '{"error":"not found"}',
  ])('no known shape: %s', (text) => {
    expect(failing(text)).toThrow(
      failure(/ToolHive registry.*upstream registry file.*list response.*server\.json/),
    );
  });

  it.each([
    ['{"data":{"servers":{}}}', /"\/data\/servers".*not an array/],
    ['{"data":{"servers":[],"plugins":7}}', /"\/data\/plugins".*not an array/],
    ['{"servers":[],"skills":{}}', /"\/skills".*not an array/],
    ['{"servers":{},"remote_servers":[]}', /"\/remote_servers".*not an object/],
    ['{"servers":{},"groups":{}}', /"\/groups".*not an array/],
    ['{"servers":{},"servers":{}}', /"\/servers" twice/],
    ['{"data":{"skills":[],"skills":[]}}', /"\/data\/skills" twice/],
  ])('a known shape with broken lists: %s', (text, message) => {
    expect(failing(text)).toThrow(failure(message));
  });

  it('another format than the configured one', () => {
    expect(failing('{"servers":{}}', 'toolhive')()).toMatchObject({ format: 'toolhive' });
    expect(failing('{"servers":{}}', 'upstream')).toThrow(failure(/toolhive.*upstream/));
    expect(failing('[]', 'toolhive')).toThrow(failure(/upstream.*toolhive/));
  });

  it('but not because of a byte order mark', () => {
    expect(readRegistry(`\uFEFF[${JSON.stringify(server('a'))}]`).documents).toHaveLength(1);
  });
});

describe('readRegistry: documents that are refused', () => {
  it('points to each in its list', () => {
    const content = read({
      data: { servers: [server('a'), 7], skills: [{ ...skill('s'), name: 'S' }], plugins: [{}] },
    });
    expect(names(content)).toEqual(['server com.example/a']);
    expect(content.refused).toMatchObject([
      { kind: 'server', pointer: '/data/servers/1' },
      { kind: 'skill', name: 'com.example/S', version: '1', pointer: '/data/skills/0' },
      { kind: 'plugin', pointer: '/data/plugins/0' },
    ]);
    expect(places(read([[], server('a')]))).toEqual(['/0']);
    expect(places(read({ servers: [{ server: { ...server('a'), description: '' } }] }))).toEqual([
      '/servers/0',
    ]);
    expect(places(read({ name: 'a/b', version: '1' }))).toEqual(['']);
  });

  it('keeps the first of two with the same kind, name and version', () => {
    const content = read({
      data: {
        servers: [{ ...server('a'), title: 'first' }, server('a', '2.0.0'), server('a'), server('A')],
        skills: [skill('a')],
      },
    });
    expect(content.documents.map(({ kind, name, version }) => `${kind} ${name} ${version}`)).toEqual([
      'server com.example/a 1.0.0',
      'server com.example/a 2.0.0',
      'server com.example/A 1.0.0',
      'skill com.example/a 1',
    ]);
    expect(content.documents[0]?.facets.title).toBe('first');
    expect(content.refused).toEqual([
      {
        kind: 'server',
        name: 'com.example/a',
        version: '1.0.0',
        pointer: '/data/servers/2',
        problems: [{ pointer: '', reason: expect.stringContaining('"/data/servers/0"') as string }],
      },
    ]);
  });

  it('does not hold a refused document against a good one', () => {
    const content = read([{ ...server('a'), title: 1 }, server('a')]);
    expect(names(content)).toEqual(['server com.example/a']);
    expect(places(content)).toEqual(['/0']);
  });
});
