import { describe, expect, it } from 'vitest';
import { readRegistry } from './registry-reader.js';

const image = {
  description: 'd',
  image: 'ghcr.io/acme/x:1',
  transport: 'stdio',
  status: 'Active',
  tools: ['now'],
};

describe('ToolHive entries', () => {
  it('keeps the original beside the document that it converts to', () => {
    const original =
      '{"description":"d","image":"i:1","status":"DEPRECATED","tags":["t\\u0061g"],"tools":["now"],"10":1.0,"2":1e400}';
    const { documents } = readRegistry(`{"servers":{ "x" : ${original.replaceAll(',', ', ')} }}`);
    expect(documents).toMatchObject([
      {
        kind: 'server',
        name: 'io.github.stacklok/x',
        version: '1.0.0',
        sourceKey: 'x',
        original,
        status: 'deprecated',
        facets: {
          description: 'd',
          tags: ['tag'],
          tools: ['now'],
          registryTypes: ['oci'],
          transports: ['stdio'],
        },
      },
    ]);
    expect(JSON.parse(documents[0]?.document ?? '')).toMatchObject({
      name: 'io.github.stacklok/x',
      packages: [{ identifier: 'i:1' }],
    });
  });

  it('refuses each bad one at its place, under the name it would have', () => {
    const registry = {
      servers: {
        good: image,
        'name/x~1': { ...image, description: ' ' },
        none: null,
        wrong: { ...image, name: 'com.example/w', env_vars: 7 },
      },
      remote_servers: { far: { description: 'd' } },
      groups: [{ servers: { a: { ...image, tools: [1] }, ok: image } }],
    };
    const { documents, refused } = readRegistry(JSON.stringify(registry));
    expect(documents.map(({ sourceKey }) => sourceKey)).toEqual(['good', 'ok']);
    expect(
      refused.map(({ pointer, name, version, problems }) => [
        pointer,
        name,
        version,
        problems.map((problem) => problem.pointer),
      ]),
    ).toEqual([
      ['/servers/name~1x~01', 'name/x~1', '1.0.0', ['/description']],
      ['/servers/none', 'io.github.stacklok/none', '1.0.0', ['']],
      ['/servers/wrong', 'com.example/w', '1.0.0', ['/env_vars']],
      ['/remote_servers/far', 'io.github.stacklok/far', '1.0.0', ['/url']],
      ['/groups/0/servers/a', 'io.github.stacklok/a', '1.0.0', ['/tools/0']],
    ]);
  });

  it('refuses what converts to a document that clients cannot take', () => {
    const { refused } = readRegistry(JSON.stringify({ servers: { 'two words': image } }));
    expect(refused).toMatchObject([
      {
        pointer: '/servers/two words',
        name: 'io.github.stacklok/two words',
        problems: [{ pointer: '', reason: expect.stringContaining('"/name"') as string }],
      },
    ]);
  });

  it.each([
    [
      'a key twice',
      `{"servers":{"a":${JSON.stringify(image)},"a":${JSON.stringify({ ...image, name: 'x/y' })}}}`,
      '/servers/a',
      '/servers/a',
    ],
    [
      'a key in both sections',
      JSON.stringify({
        servers: { a: image },
        remote_servers: { a: { description: 'd', url: 'https://a', name: 'x/y' } },
      }),
      '/remote_servers/a',
      '/servers/a',
    ],
    [
      'a name twice',
      JSON.stringify({ servers: { a: image, b: { ...image, name: 'io.github.stacklok/a' } } }),
      '/servers/b',
      '/servers/a',
    ],
    [
      'a server again in a group',
      JSON.stringify({ servers: { a: image }, groups: [{ servers: { a: image } }] }),
      '/groups/0/servers/a',
      '/servers/a',
    ],
  ])('keeps the first of %s', (_, text, second, first) => {
    const { documents, refused } = readRegistry(text);
    expect(documents).toHaveLength(1);
    expect(refused).toMatchObject([
      { pointer: second, problems: [{ reason: expect.stringContaining(`"${first}"`) as string }] },
    ]);
  });

  it.each([
    ['a long one', 'k'.repeat(257), 'k'.repeat(257)],
    ['one with NUL', 'a\\u0000', 'a\uFFFD'],
    ['one with a lone surrogate', 'a\\ud83d', 'a\uFFFD'],
  ])('refuses keys that cannot be kept: %s', (_, key, shown) => {
    const { documents, refused } = readRegistry(
      `{"servers":{"${key}":${JSON.stringify({ ...image, name: 'x/y' })}}}`,
    );
    expect(documents).toEqual([]);
    expect(refused).toMatchObject([
      {
        pointer: `/servers/${shown}`,
        problems: [{ pointer: '', reason: expect.stringContaining('key') as string }],
      },
    ]);
  });

  it('loses a broken group, not its neighbours', () => {
    const good = { servers: { a: image } };
    const text = JSON.stringify({ groups: [7, { servers: [], remote_servers: {} }, good] });
    const { documents, refused } = readRegistry(text);
    expect(documents).toHaveLength(1);
    expect(refused.map(({ pointer }) => pointer)).toEqual(['/groups/0', '/groups/1/servers']);
  });
});
