import { describe, expect, it } from 'vitest';

import { serverToToolHive } from './server-to-toolhive.js';

const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';
const OCI = { registryType: 'oci', identifier: 'ghcr.io/acme/dice:1', transport: { type: 'stdio' } };

function withExtensions(byKey: unknown) {
  return { [PUBLISHER]: { 'io.github.stacklok': byKey } };
}

function entryOf(server: object): Record<string, unknown> | undefined {
  const document = JSON.stringify({
    name: 'com.acme/dice',
    description: 'Rolls dice',
    version: '1.0.0',
    ...server,
  });
  const converted = serverToToolHive(document);
  return converted === undefined ? undefined : (JSON.parse(converted.entry) as Record<string, unknown>);
}

function imageEntry(changes: object, server: object = {}) {
  return entryOf({ packages: [{ ...OCI, ...changes }], ...server });
}

describe('serverToToolHive, kind', () => {
  it('takes remotes before packages, and the first of them', () => {
    const remotes = [
      { type: 'streamable-http', url: 'https://a.example/mcp' },
      { type: 'sse', url: 'https://b.example/sse' },
    ];
    const document = JSON.stringify({ name: 'com.acme/dice', remotes, packages: [OCI] });

    const converted = serverToToolHive(document);

    expect(converted).toMatchObject({ section: 'remote_servers', name: 'com.acme/dice' });
    expect(JSON.parse(converted?.entry ?? '')).toMatchObject({
      url: 'https://a.example/mcp',
      transport: 'streamable-http',
    });
  });

  it('finds the one OCI package among others', () => {
    const entry = entryOf({ remotes: [], packages: [{ registryType: 'npm', identifier: 'dice' }, OCI] });

    expect(entry).toMatchObject({ image: OCI.identifier, transport: 'stdio' });
  });

  it.each([
    ['nothing to run', {}],
    ['empty lists', { packages: [], remotes: [] }],
    ['no OCI package', { packages: [{ ...OCI, registryType: 'npm' }] }],
    ['two OCI packages', { packages: [OCI, OCI] }],
    ['no identifier', { packages: [{ ...OCI, identifier: undefined }] }],
    ['a remote without URL', { remotes: [{ type: 'sse' }], packages: [OCI] }],
    ['no name', { name: undefined, packages: [OCI] }],
  ])('has no entry for a server with %s', (_, server) => {
    expect(entryOf(server)).toBeUndefined();
  });
});

describe('serverToToolHive, image', () => {
  it('converts a full document', () => {
    const document =
      '{"$schema":"https://s.example","name":"com.acme/bird-calls","description":"Names birds","title":"Bird calls",' +
      '"repository":{"url":"https://gitlab.example.com/b/c","source":"gitlab"},"version":"4.2.0","websiteUrl":"https://w.example",' +
      '"packages":[{"registryType":"oci","identifier":"ghcr.io/b/calls:3","transport":{"type":"sse","url":"http://localhost:8000"},' +
      '"environmentVariables":[{"description":"Access token","isRequired":true,"isSecret":true,"name":"TOKEN"},{"name":"LANG","default":"en"}]}],' +
      '"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{"ghcr.io/b/calls:3":' +
      '{"stateless":true,"proxy_port":1234,"docker_tags":["3"],"provenance":{"cert_issuer":""},"args":["--quiet"],' +
      '"permissions":{"network":{}},"custom_metadata":{"a":1.0},"metadata":{"stars":7},"tool_definitions":[{"name":"listen"}],' +
      '"overview":"# Birds","tags":["birds"],"tools":["listen"],"tier":"Community","status":"Active","transport":"stdio"}}}}}';

    expect(serverToToolHive(document)).toEqual({
      section: 'servers',
      name: 'com.acme/bird-calls',
      entry:
        '{"name":"com.acme/bird-calls","title":"Bird calls","description":"Names birds","tier":"Community","status":"Active",' +
        '"transport":"sse","tools":["listen"],"metadata":{"stars":7},"repository_url":"https://gitlab.example.com/b/c",' +
        '"tags":["birds"],"custom_metadata":{"a":1.0},"overview":"# Birds","tool_definitions":[{"name":"listen"}],' +
        '"stateless":true,"image":"ghcr.io/b/calls:3","target_port":8000,"proxy_port":1234,"permissions":{"network":{}},' +
        '"env_vars":[{"name":"TOKEN","description":"Access token","required":true,"secret":true},' +
        '{"name":"LANG","description":"","required":false,"default":"en"}],' +
        '"args":["--quiet"],"docker_tags":["3"],"provenance":{"cert_issuer":""}}',
    });
  });

  it('has tier and status empty and no tools without an extension', () => {
    expect(imageEntry({})).toEqual({
      name: 'com.acme/dice',
      description: 'Rolls dice',
      tier: '',
      status: '',
      transport: 'stdio',
      tools: null,
      image: OCI.identifier,
    });
  });

  it.each([
    ['http://localhost:8000', 8000],
    ['http://localhost:80/mcp', 80],
    ['https://user:1@[::1]:443/?q=:9', 443],
    ['http://localhost:8000/{path}', 8000],
    ['http://localhost', undefined],
    ['http://localhost:', undefined],
    ['', undefined],
  ])('reads the port of %j', (url, port) => {
    const entry = imageEntry({ transport: { type: 'sse', url } });

    expect(entry).toBeDefined();
    expect(entry?.['target_port']).toBe(port);
  });

  it.each(['http://localhost:{port}', 'http://{host}:80', 'http://localhost:8x', 'http://localhost:70000'])(
    'has no entry when the URL is %s',
    (url) => {
      expect(imageEntry({ transport: { type: 'sse', url } })).toBeUndefined();
    },
  );

  it('takes environment variables from Docker flags after the plain ones', () => {
    const named = { type: 'named', name: '-e' };
    const runtimeArguments = [
      {
        ...named,
        value: 'KEY={key}',
        description: 'Key',
        variables: { key: { isSecret: true, default: 'k' } },
      },
      { ...named, name: '--env', value: 'MODE=fast=1', isRequired: true },
      { ...named, value: 'GONE={missing}' },
      { ...named, value: 'EMPTY=' },
      { ...named, value: 'NOTHING' },
      { ...named, name: '-v', value: 'A=B' },
      { type: 'positional', name: '-e', value: 'A=B' },
    ];

    const entry = imageEntry({ environmentVariables: [{ name: 'FIRST' }], runtimeArguments });

    expect(entry?.['env_vars']).toEqual([
      { name: 'FIRST', description: '', required: false },
      { name: 'KEY', description: 'Key', required: false, default: 'k', secret: true },
      { name: 'MODE', description: '', required: true, default: 'fast=1' },
      { name: 'GONE', description: '', required: false },
      { name: 'EMPTY', description: '', required: false },
    ]);
  });

  it('lets required be the argument’s own, not its variable’s', () => {
    const runtimeArguments = [
      { type: 'named', name: '-e', value: 'KEY={key}', variables: { key: { isRequired: true } } },
    ];

    expect(imageEntry({ runtimeArguments })?.['env_vars']).toMatchObject([{ required: false }]);
  });

  it('prefers package arguments to those of the extension', () => {
    const _meta = withExtensions({ [OCI.identifier]: { args: ['old'] } });
    const packageArguments = [
      { type: 'named', name: '--port', value: '1' },
      { type: 'positional', value: 'go' },
      { type: 'named', name: '-q' },
      { type: 'positional', valueHint: 'dir' },
    ];

    expect(imageEntry({ packageArguments }, { _meta })?.['args']).toEqual(['--port', '1', 'go', '-q']);
    expect(imageEntry({ packageArguments: [] }, { _meta })?.['args']).toEqual(['old']);
  });
});

describe('serverToToolHive, remote', () => {
  it('converts a full document', () => {
    const document =
      '{"name":"com.acme/almanac","description":"Answers","version":"1.0.0",' +
      '"remotes":[{"type":"sse","url":"https://almanac.example.org/mcp","headers":[{"name":"X-Year","description":"Which edition",' +
      '"isRequired":true,"default":"2026","choices":["2025","2026"],"value":"{v}"}]}],' +
      '"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{"https://almanac.example.org/mcp":' +
      '{"status":"Deprecated","tier":"Official","tools":["ask"],"permissions":{},"oauth_config":{"use_pkce":false},' +
      '"env_vars":[{"name":"A","description":"Letter","secret":true}],"proxy_port":99}}}}}';

    expect(serverToToolHive(document)).toEqual({
      section: 'remote_servers',
      name: 'com.acme/almanac',
      entry:
        '{"name":"com.acme/almanac","description":"Answers","tier":"Official","status":"Deprecated","transport":"sse",' +
        '"tools":["ask"],"url":"https://almanac.example.org/mcp","headers":[{"name":"X-Year","description":"Which edition",' +
        '"required":true,"default":"2026","choices":["2025","2026"]}],"oauth_config":{"use_pkce":false},' +
        '"env_vars":[{"name":"A","description":"Letter","secret":true}],"proxy_port":99}',
    });
  });
});

describe('serverToToolHive, extension', () => {
  it('prefers the object of the image to the first one', () => {
    const _meta = withExtensions({ other: { tier: 'Community' }, [OCI.identifier]: { tier: 'Official' } });

    expect(imageEntry({}, { _meta })?.['tier']).toBe('Official');
  });

  it('takes the first object there is otherwise', () => {
    const _meta = withExtensions({ note: 'x', [OCI.identifier]: 1, other: { tier: 'Community' }, last: {} });

    expect(imageEntry({}, { _meta })?.['tier']).toBe('Community');
  });

  it.each([
    [null],
    [{ [PUBLISHER]: [] }],
    [{ [PUBLISHER]: { 'io.github.stacklok': 'x' } }],
    [{ [PUBLISHER]: { 'com.other': { [OCI.identifier]: { tier: 'Official' } } } }],
  ])('sees none in %j', (_meta) => {
    expect(imageEntry({}, { _meta })?.['tier']).toBe('');
  });

  it('leaves out fields of the wrong type and keeps the others', () => {
    const extension = {
      tier: 7,
      tools: ['roll', 1],
      proxy_port: '1',
      stateless: 'no',
      tags: ['x'],
      status: 'active',
    };

    const entry = imageEntry({}, { _meta: withExtensions({ a: extension }) });

    expect(entry).toMatchObject({ tier: '', tools: null, tags: ['x'], status: 'active' });
    expect(entry).not.toHaveProperty('proxy_port');
    expect(entry).not.toHaveProperty('stateless');
  });
});
