import { describe, expect, it } from 'vitest';
import { checkServer } from './lenient-server.js';

const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';
const good = { name: 'com.example/weather', description: 'Forecasts', version: '1.0.0' };
const npm = { registryType: 'npm', identifier: 'weather', transport: { type: 'stdio' } };
const withPackage = (fields: object) => ({ ...good, packages: [npm, { ...npm, ...fields }] });
const withInput = (input: unknown) => withPackage({ environmentVariables: [{ name: 'A' }, input] });
const withRemote = (remote: unknown) => ({ ...good, remotes: [remote] });

describe('checkServer keeps', () => {
  it.each<[string, unknown]>([
    ['the least there may be', good],
    ['a short name', { ...good, name: 'a/b' }],
    ['a long description', { ...good, description: 'd'.repeat(10_000) }],
    ['any schema, or an empty one', { ...good, $schema: '' }],
    [
      'null for every optional member',
      {
        ...good,
        $schema: null,
        title: null,
        websiteUrl: null,
        repository: null,
        icons: null,
        packages: null,
        remotes: null,
        _meta: null,
        status: null,
      },
    ],
    ['empty lists', { ...good, icons: [], packages: [], remotes: [] }],
    ['an empty repository', { ...good, repository: {} }],
    ['a repository on any forge', { ...good, repository: { url: 'ssh://git.corp', source: 'corp' } }],
    [
      'unknown members everywhere',
      {
        ...good,
        x: [1],
        repository: { x: 1 },
        icons: [{ src: 's', x: 1 }],
        remotes: [{ type: 'sse', url: 'u', x: {} }],
        _meta: { x: 1 },
        packages: [{ ...npm, x: null, transport: { type: 'stdio', x: 1 } }],
      },
    ],
    [
      'any registry type, transport and URL',
      withPackage({
        registryType: 'homebrew',
        identifier: '',
        transport: { type: 'pipe', url: '{host}/x y' },
      }),
    ],
    ['packages without transport', withPackage({ transport: null })],
    [
      'arguments of odd shape',
      withPackage({ packageArguments: [{}, { type: 'odd' }, { type: 'positional' }] }),
    ],
    ['inputs with null members', withInput({ name: null, isRequired: null, choices: null, variables: null })],
    ['odd icons', { ...good, icons: [{ src: 'data:x', sizes: ['big'], theme: 'sepia', mimeType: 'x' }] }],
    [
      'internal remotes',
      withRemote({
        type: 'streamable-http',
        url: 'http://10.0.0.1/mcp',
        headers: [{ name: 'X', value: '{v}', variables: { v: { isSecret: true } } }],
      }),
    ],
    [
      'the form of 2025-07-09',
      {
        ...good,
        status: 'active',
        website_url: 'https://example.com',
        packages: [
          {
            registry_type: 'npm',
            registry_base_url: 'https://npm',
            identifier: 'w',
            version: '1',
            file_sha256: 'x',
            runtime_hint: 'npx',
            transport: { type: 'stdio' },
            runtime_arguments: [{ type: 'named', name: '-y', is_repeated: false }],
            package_arguments: [{ type: 'positional', value_hint: 'path' }],
            environment_variables: [{ name: 'K', is_required: true, is_secret: true }],
          },
        ],
      },
    ],
    [
      'publisher data of any form',
      {
        ...good,
        _meta: { [PUBLISHER]: { tool: 'x', 'io.github.stacklok': [], github: { stargazerCount: 1 } } },
      },
    ],
  ])('%s', (_, document) => {
    expect(checkServer(document)).toEqual([]);
  });
});

describe('checkServer refuses', () => {
  it.each<[unknown, string, RegExp]>([
    [
      { ...good, _meta: { [PUBLISHER]: { github: { name: 'n' } } } },
      '/_meta/io.modelcontextprotocol.registry~1publisher-provided/github/nameWithOwner',
      /VS Code/,
    ],
    [[], '', /must be an object/],
    [null, '', /must be an object/],
    ['text', '', /must be an object/],
    [{ description: 'd', version: '1' }, '/name', /is missing/],
    [{ ...good, name: null }, '/name', /must be a string/],
    [{ ...good, name: 'weather' }, '/name', /one "\/"/],
    [{ ...good, name: 'io.x/..' }, '/name', /URLs drop/],
    [{ ...good, name: '../io.x' }, '/name', /URLs drop/],
    [{ ...good, name: 'a/b/c' }, '/name', /one "\/"/],
    [{ ...good, name: 'com_example/w' }, '/name', /one "\/"/],
    [{ ...good, name: `a/${'b'.repeat(199)}` }, '/name', /200/],
    [{ ...good, name: 'a/b\n' }, '/name', /one "\/"/],
    [{ ...good, description: '' }, '/description', /blank/],
    [{ ...good, description: ' \t\n\u00a0' }, '/description', /blank/],
    [{ ...good, description: 'd'.repeat(10_001) }, '/description', /10000/],
    [{ ...good, description: ['d'] }, '/description', /must be a string/],
    [{ name: 'a/b', description: 'd' }, '/version', /is missing/],
    [{ ...good, version: '' }, '/version', /empty/],
    [{ ...good, version: 'latest' }, '/version', /latest/],
    [{ ...good, version: '^1.2.3' }, '/version', /range/],
    [{ ...good, version: 1 }, '/version', /must be a string/],
    [{ ...good, title: 1 }, '/title', /must be a string/],
    [{ ...good, $schema: {} }, '/$schema', /must be a string/],
    [{ ...good, websiteUrl: false }, '/websiteUrl', /must be a string/],
    [{ ...good, repository: 'https://example.com' }, '/repository', /must be an object/],
    [{ ...good, repository: { url: 1 } }, '/repository/url', /must be a string/],
    [{ ...good, icons: {} }, '/icons', /must be an array/],
    [{ ...good, icons: [null] }, '/icons/0', /must be an object/],
    [{ ...good, icons: [{ src: null }] }, '/icons/0/src', /must be a string/],
    [{ ...good, icons: [{ src: 's', sizes: 'any' }] }, '/icons/0/sizes', /must be an array/],
    [{ ...good, packages: {} }, '/packages', /must be an array/],
    [{ ...good, packages: [npm, null] }, '/packages/1', /must be an object/],
    [withPackage({ registryType: 1 }), '/packages/1/registryType', /must be a string/],
    [{ ...good, packages: [{ identifier: 'x' }] }, '/packages/0/registryType', /is missing/],
    [{ ...good, packages: [{ registryType: 'npm' }] }, '/packages/0/identifier', /is missing/],
    [withPackage({ version: 1.5 }), '/packages/1/version', /must be a string/],
    [withPackage({ transport: 'stdio' }), '/packages/1/transport', /must be an object/],
    [withPackage({ transport: {} }), '/packages/1/transport/type', /is missing/],
    [withPackage({ transport: { type: 'sse', url: 1 } }), '/packages/1/transport/url', /must be a string/],
    [withPackage({ runtimeArguments: ['-y'] }), '/packages/1/runtimeArguments/0', /must be an object/],
    [withPackage({ packageArguments: {} }), '/packages/1/packageArguments', /must be an array/],
    [withInput('A=b'), '/packages/1/environmentVariables/1', /must be an object/],
    [withInput({ default: 8080 }), '/packages/1/environmentVariables/1/default', /must be a string/],
    [withInput({ isRequired: 'yes' }), '/packages/1/environmentVariables/1/isRequired', /true or false/],
    [withInput({ choices: [1] }), '/packages/1/environmentVariables/1/choices/0', /must be a string/],
    [withInput({ variables: [] }), '/packages/1/environmentVariables/1/variables', /must be an object/],
    [
      withInput({ variables: { 'a/b': 1 } }),
      '/packages/1/environmentVariables/1/variables/a~1b',
      /must be an object/,
    ],
    [withRemote(null), '/remotes/0', /must be an object/],
    [withRemote({ url: 'https://x' }), '/remotes/0/type', /is missing/],
    [withRemote({ type: 'sse' }), '/remotes/0/url', /is missing/],
    [withRemote({ type: 'sse', url: 'u', headers: {} }), '/remotes/0/headers', /must be an array/],
    [{ ...good, _meta: [] }, '/_meta', /must be an object/],
    [{ ...good, _meta: { [PUBLISHER]: 'x' } }, `/_meta/${PUBLISHER.replace('/', '~1')}`, /must be an object/],
  ])('%j at %s', (document, pointer, reason) => {
    expect(checkServer(document)).toEqual([{ pointer, reason: expect.stringMatching(reason) as string }]);
  });

  it('every fault at once, up to 20', () => {
    expect(checkServer({}).map(({ pointer }) => pointer)).toEqual(['/name', '/description', '/version']);
    expect(checkServer({ ...good, packages: Array.from({ length: 50 }, () => 1) })).toHaveLength(20);
  });

  it('takes no member from __proto__', () => {
    const inherited = JSON.parse('{"__proto__":{"name":"a/b","description":"d","version":"1"}}') as unknown;
    expect(checkServer(inherited)).toHaveLength(3);
    expect(
      checkServer(JSON.parse('{"name":"a/b","description":"d","version":"1","__proto__":{"title":1}}')),
    ).toEqual([]);
  });
});
