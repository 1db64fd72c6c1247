import { describe, expect, it } from 'vitest';

import { ToolHiveConversionError, type ToolHiveSection } from './toolhive-format.js';
import { toolHiveToServer } from './toolhive-to-server.js';

const IMAGE = { description: 'Rolls dice', image: 'ghcr.io/acme/dice:1' };
const REMOTE = { description: 'Rolls dice', url: 'https://dice.example.com/mcp' };

function convert(section: ToolHiveSection, entry: object | string, key = 'dice') {
  const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
  return toolHiveToServer({ section, key, text });
}

function documentOf(section: ToolHiveSection, entry: object) {
  return JSON.parse(convert(section, entry).document) as Record<string, unknown>;
}

function extension(section: ToolHiveSection, entry: object): Record<string, unknown> {
  const meta = documentOf(section, entry)['_meta'] as Record<
    string,
    Record<string, Record<string, Record<string, unknown>>>
  >;
  const byKey = meta['io.modelcontextprotocol.registry/publisher-provided']?.['io.github.stacklok'];
  return Object.values(byKey ?? {})[0] ?? {};
}

function problemsOf(section: ToolHiveSection, entry: object | string) {
  try {
    convert(section, entry);
  } catch (error) {
    if (error instanceof ToolHiveConversionError) return error.problems;
    throw error;
  }
  return [];
}

describe('toolHiveToServer, image', () => {
  const transports = (entry: object) =>
    (documentOf('servers', { ...IMAGE, ...entry })['packages'] as { transport: object }[])[0]?.transport;

  it('converts a full entry', () => {
    const entry =
      '{"title":"Bird calls","description":"Names birds by their call","tier":"Community","status":"Active",' +
      '"transport":"sse","tools":["listen"],"overview":"# Birds","tool_definitions":[{"name":"listen"}],' +
      '"metadata":{"pulls":12,"stars":7,"last_updated":"2026-01-05T00:00:00Z"},"repository_url":"https://gitlab.example.com/b/c",' +
      '"tags":["birds"],"custom_metadata":{"a":1},"stateless":true,"proxy_port":1234,"image":"ghcr.io/b/calls:3",' +
      '"target_port":8000,"permissions":{"network":{}},"env_vars":[' +
      '{"name":"TOKEN","description":"Access token","required":true,"secret":true},' +
      '{"name":"LANG","description":"Language of names","required":false,"default":"en"}],' +
      '"args":["--quiet"],"docker_tags":["3"],"provenance":{"cert_issuer":""}}';

    const { name, document } = convert('servers', entry, 'bird-calls');

    expect(name).toBe('io.github.stacklok/bird-calls');
    expect(document).toBe(
      '{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",' +
        '"name":"io.github.stacklok/bird-calls","description":"Names birds by their call","title":"Bird calls",' +
        '"repository":{"url":"https://gitlab.example.com/b/c","source":"github"},"version":"1.0.0",' +
        '"packages":[{"registryType":"oci","identifier":"ghcr.io/b/calls:3",' +
        '"transport":{"type":"sse","url":"http://localhost:8000"},"environmentVariables":[' +
        '{"description":"Access token","isRequired":true,"isSecret":true,"name":"TOKEN"},' +
        '{"description":"Language of names","default":"en","name":"LANG"}]}],' +
        '"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{"ghcr.io/b/calls:3":' +
        '{"status":"Active","tier":"Community","tools":["listen"],"tags":["birds"],"overview":"# Birds",' +
        '"tool_definitions":[{"name":"listen"}],"metadata":{"stars":7,"last_updated":"2026-01-05T00:00:00Z"},' +
        '"custom_metadata":{"a":1},"permissions":{"network":{}},"args":["--quiet"],"provenance":{"cert_issuer":""},' +
        '"docker_tags":["3"],"proxy_port":1234,"stateless":true}}}}}',
    );
  });

  it.each([
    [{}, { type: 'stdio' }],
    [{ transport: '' }, { type: 'stdio' }],
    [{ transport: null }, { type: 'stdio' }],
    [{ transport: 'stdio', target_port: 8080 }, { type: 'stdio' }],
    [{ transport: 'sse' }, { type: 'sse', url: 'http://localhost' }],
    [
      { transport: 'sse', target_port: 0 },
      { type: 'sse', url: 'http://localhost' },
    ],
    [
      { transport: 'streamable-http', target_port: 80 },
      { type: 'streamable-http', url: 'http://localhost:80' },
    ],
    [{ transport: 'carrier-pigeon', target_port: 80 }, { type: 'carrier-pigeon' }],
  ])('transport of %j', (entry, expected) => {
    expect(transports(entry)).toEqual(expected);
  });

  it('leaves out what is empty, and gives a status', () => {
    const empty = {
      ...IMAGE,
      title: '',
      tier: '',
      status: '',
      repository_url: '',
      overview: '',
      tools: [],
      tags: [],
      args: [],
      docker_tags: [],
      tool_definitions: [],
      env_vars: [],
      custom_metadata: {},
      metadata: { pulls: 3, stars: 0 },
      proxy_port: 0,
      stateless: false,
      provenance: null,
    };

    const document = documentOf('servers', empty);

    expect(Object.keys(document)).toEqual(['$schema', 'name', 'description', 'version', 'packages', '_meta']);
    expect(document['packages']).toEqual([
      { registryType: 'oci', identifier: IMAGE.image, transport: { type: 'stdio' } },
    ]);
    expect(extension('servers', empty)).toEqual({ status: 'active' });
  });

  it('keeps empty permissions, which say that there are none', () => {
    expect(extension('servers', { ...IMAGE, permissions: {} })).toEqual({
      status: 'active',
      permissions: {},
    });
  });

  it('is lenient about values it does not know and about length', () => {
    const entry = { ...IMAGE, description: 'x'.repeat(400), tier: 'Gold', status: 'Beta', surprise: 1 };

    expect(documentOf('servers', entry)['description']).toBe(entry.description);
    expect(extension('servers', entry)).toEqual({ status: 'Beta', tier: 'Gold' });
  });

  it('leaves the fields of remote servers behind', () => {
    expect(extension('servers', { ...IMAGE, url: 'https://x.example', oauth_config: {} })).toEqual({
      status: 'active',
    });
  });
});

describe('toolHiveToServer, remote', () => {
  it('converts a full entry', () => {
    const entry =
      '{"description":"Answers from the almanac","tier":"Official","status":"Deprecated","transport":"streamable-http",' +
      '"tools":["ask"],"url":"https://almanac.example.org/mcp","headers":[{"name":"X-Year","description":"Which edition",' +
      '"required":true,"secret":false,"choices":["2025","2026"],"default":"2026"},{"name":"X-Key","secret":true}],' +
      '"oauth_config":{"issuer":"https://id.example.org","use_pkce":false},"proxy_port":99,' +
      '"env_vars":[{"name":"A","description":"Letter","required":false,"secret":true}]}';

    const { document } = convert('remote_servers', entry, 'almanac');

    expect(document).toBe(
      '{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",' +
        '"name":"io.github.stacklok/almanac","description":"Answers from the almanac","version":"1.0.0",' +
        '"remotes":[{"type":"streamable-http","url":"https://almanac.example.org/mcp","headers":[' +
        '{"description":"Which edition","isRequired":true,"default":"2026","choices":["2025","2026"],"name":"X-Year"},' +
        '{"isSecret":true,"name":"X-Key"}]}],"_meta":{"io.modelcontextprotocol.registry/publisher-provided":' +
        '{"io.github.stacklok":{"https://almanac.example.org/mcp":{"status":"Deprecated","tier":"Official",' +
        '"tools":["ask"],"oauth_config":{"issuer":"https://id.example.org","use_pkce":false},' +
        '"env_vars":[{"name":"A","description":"Letter","required":false,"secret":true}],"proxy_port":99}}}}}',
    );
  });

  it('takes sse for an absent transport, and leaves the fields of images behind', () => {
    const entry = { ...REMOTE, args: ['a'], permissions: {}, docker_tags: ['1'], provenance: {} };

    expect(documentOf('remote_servers', entry)['remotes']).toEqual([{ type: 'sse', url: REMOTE.url }]);
    expect(extension('remote_servers', entry)).toEqual({ status: 'active' });
  });
});

describe('names', () => {
  it.each([
    [{}, 'dice', 'io.github.stacklok/dice'],
    [{}, 'com.acme/dice', 'com.acme/dice'],
    [{ name: '' }, 'dice', 'io.github.stacklok/dice'],
    [{ name: 'com.acme/die' }, 'dice', 'com.acme/die'],
    [{ name: 'com.acme/die' }, 'org.other/dice', 'com.acme/die'],
    [{ name: 'die' }, 'dice', 'io.github.stacklok/die'],
  ])('entry %j under key %s is %s', (entry, key, expected) => {
    const { name, document } = convert('servers', { ...IMAGE, ...entry }, key);

    expect(name).toBe(expected);
    expect(JSON.parse(document)).toMatchObject({ name: expected });
  });
});

describe('tokens', () => {
  it('copies values as they are written', () => {
    const custom = String.raw`{"10":1.0,"2":9223372036854775807,"__proto__":{"é":1e400},"s":"\/\ud800é"}`;
    const tools = String.raw`[{"name":"roll","__proto__":{},"7":-0.0,"inputSchema":{"maximum":1E2,"b":"\u0041"}}]`;
    const text = String.raw`{"description":"\u0052olls","image":"ghcr.io\/acme\/dice","custom_metadata":${custom},"tool_definitions":${tools},"metadata":{"\u0061":1.50,"pulls":2,"b":[1.0]},"proxy_port":1.0}`;

    const { document } = convert('servers', text);

    expect(document).toContain(String.raw`"description":"\u0052olls"`);
    expect(document).toContain(String.raw`"identifier":"ghcr.io\/acme\/dice"`);
    expect(document).toContain(`"custom_metadata":${custom}`);
    expect(document).toContain(`"tool_definitions":${tools}`);
    expect(document).toContain(String.raw`"metadata":{"\u0061":1.50,"b":[1.0]}`);
    expect(document).toContain('"proxy_port":1.0');
  });

  it('drops pulls wherever it stands', () => {
    for (const metadata of ['{"pulls":1,"x":2}', '{"x":2,"pulls":1}']) {
      const text = `{"description":"d","url":"https://a.example","metadata":${metadata}}`;
      expect(convert('remote_servers', text).document).toContain('"metadata":{"x":2}');
    }
  });
});

describe('entries that cannot be converted', () => {
  it.each([['null'], ['[]'], ['"x"'], ['1'], ['true']])('%s is no entry', (text) => {
    expect(problemsOf('servers', text)).toEqual([{ pointer: '', reason: 'must be an object' }]);
  });

  it.each<[ToolHiveSection, object, string, string]>([
    ['servers', { image: undefined }, '/image', 'is required'],
    ['servers', { image: null }, '/image', 'is required'],
    ['servers', { image: ' ' }, '/image', 'must not be empty'],
    ['servers', { image: 5 }, '/image', 'must be a string'],
    ['remote_servers', { url: undefined }, '/url', 'is required'],
    ['remote_servers', { url: '' }, '/url', 'must not be empty'],
    ['remote_servers', { url: ['https://a'] }, '/url', 'must be a string'],
    ['servers', { description: '' }, '/description', 'must not be empty'],
    ['servers', { description: undefined }, '/description', 'is required'],
    ['servers', { name: 1 }, '/name', 'must be a string'],
    ['servers', { title: {} }, '/title', 'must be a string'],
    ['servers', { tier: 1 }, '/tier', 'must be a string'],
    ['servers', { status: false }, '/status', 'must be a string'],
    ['servers', { transport: ['sse'] }, '/transport', 'must be a string'],
    ['servers', { repository_url: 1 }, '/repository_url', 'must be a string'],
    ['servers', { tools: 'roll' }, '/tools', 'must be an array'],
    ['servers', { tools: ['roll', 2] }, '/tools/1', 'must be a string'],
    ['servers', { tags: [null] }, '/tags/0', 'must be a string'],
    ['servers', { args: {} }, '/args', 'must be an array'],
    ['servers', { tool_definitions: ['roll'] }, '/tool_definitions/0', 'must be an object'],
    ['servers', { metadata: [] }, '/metadata', 'must be an object'],
    ['servers', { custom_metadata: 'x' }, '/custom_metadata', 'must be an object'],
    ['servers', { permissions: [] }, '/permissions', 'must be an object'],
    ['servers', { provenance: 'x' }, '/provenance', 'must be an object'],
    ['servers', { env_vars: {} }, '/env_vars', 'must be an array'],
    ['servers', { env_vars: ['A'] }, '/env_vars/0', 'must be an object'],
    [
      'servers',
      { env_vars: [{ name: 'A', required: 'yes' }] },
      '/env_vars/0/required',
      'must be true or false',
    ],
    ['servers', { env_vars: [{ description: 'A' }] }, '/env_vars/0/name', 'is required'],
    ['servers', { env_vars: [{ name: 'A', default: 1 }] }, '/env_vars/0/default', 'must be a string'],
    ['servers', { target_port: '80' }, '/target_port', 'must be a number'],
    ['servers', { target_port: 80.5 }, '/target_port', 'must be an integer'],
    ['servers', { transport: 'sse', target_port: 70_000 }, '/target_port', 'must be from 0 to 65535'],
    ['servers', { transport: 'sse', target_port: -1 }, '/target_port', 'must be from 0 to 65535'],
    ['servers', { proxy_port: true }, '/proxy_port', 'must be a number'],
    ['servers', { stateless: 'yes' }, '/stateless', 'must be true or false'],
    ['remote_servers', { headers: {} }, '/headers', 'must be an array'],
    [
      'remote_servers',
      { headers: [{ name: 'A', choices: [1] }] },
      '/headers/0/choices/0',
      'must be a string',
    ],
    ['remote_servers', { oauth_config: 'x' }, '/oauth_config', 'must be an object'],
    ['remote_servers', { env_vars: 'A' }, '/env_vars', 'must be an array'],
    ['remote_servers', { env_vars: [{ name: 1 }] }, '/env_vars/0/name', 'must be a string'],
  ])('%s with %j', (section, fault, pointer, reason) => {
    const entry = { ...(section === 'servers' ? IMAGE : REMOTE), ...fault };

    expect(problemsOf(section, entry)).toEqual([{ pointer, reason }]);
  });

  it('reports everything at once', () => {
    const pointers = problemsOf('servers', { tools: [1], transport: 2 }).map(({ pointer }) => pointer);

    expect(pointers.toSorted()).toEqual(['/description', '/image', '/tools/0', '/transport']);
  });
});
