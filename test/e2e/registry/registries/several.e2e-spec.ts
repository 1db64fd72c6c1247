import { describe, expect, it } from 'vitest';
import { inlineSource, listed, useRegistry } from '../../../support/registry-server.js';

function server(name: string, version: string, more: object = {}): object {
  return {
    name,
    version,
    description: `What ${name} does`,
    remotes: [{ type: 'streamable-http', url: 'https://example.com/mcp' }],
    ...more,
  };
}

/** `server` as a registry of the standard hands it out, with a status and a message. */
function enveloped(document: object, status: string): object {
  const official = { status, statusMessage: `It is ${status}`, publishedAt: '2024-05-06T07:08:09Z' };
  return {
    server: document,
    _meta: { 'io.modelcontextprotocol.registry/official': official, 'com.example/foreign': { kept: 1.0 } },
  };
}

const SOURCES = [
  inlineSource('upper', {
    servers: [
      server('com.example/both', '1.0.0'),
      enveloped(server('com.example/gone-above', '9.0.0'), 'deleted'),
      server('com.example/only-upper', '1.0.0'),
      enveloped(server('com.example/all-gone', '1.0.0'), 'deleted'),
      enveloped(server('com.example/all-gone', '2.0.0'), 'deleted'),
      enveloped(server('com.example/part-gone', '1.0.0'), 'active'),
      enveloped(server('com.example/part-gone', '2.0.0'), 'deleted'),
      enveloped(server('com.example/worn', '1.0.0'), 'deprecated'),
    ],
  }),
  inlineSource('lower', {
    servers: [
      server('com.example/both', '3.0.0'),
      server('com.example/gone-above', '1.0.0'),
      server('com.example/only-lower', '1.0.0'),
    ],
  }),
  { name: 'broken', file: { path: 'does-not-exist.json' }, syncPolicy: { interval: '1h' } },
  inlineSource('empty', { servers: [] }),
];
const OFFICIAL = 'io.modelcontextprotocol.registry/official';

describe('several registries', () => {
  const registry = useRegistry({
    config: () => ({
      sources: SOURCES,
      registries: [
        { name: 'first', sources: ['upper', 'lower'] },
        { name: 'turned', sources: ['lower', 'upper'] },
        { name: 'broken', sources: ['broken'] },
        { name: 'half', sources: ['broken', 'lower'] },
        { name: 'empty', sources: ['empty'] },
      ],
    }),
  });

  it.each(['/registry', '/v0.1/registries'])('%s names them in order, with descriptions', async (path) => {
    const { registries } = (await registry.get(path)).json<{
      registries: { name: string; description: string }[];
    }>();

    expect(registries.map(({ name }) => name)).toEqual(['first', 'turned', 'broken', 'half', 'empty']);
    for (const { description } of registries) expect(description).not.toBe('');
  });

  it('serves the first at the root when none is named default', async () => {
    const root = await registry.get('/v0.1/servers');

    expect((await registry.get('/registry/first/v0.1/servers')).text).toBe(root.text);
    expect((await registry.get('/registry/turned/v0.1/servers')).text).not.toBe(root.text);
  });

  it('lets the first source that has a visible version win whole', async () => {
    expect(listed(await registry.list('/registry/first/v0.1/servers'))).toEqual([
      'com.example/both@1.0.0',
      'com.example/gone-above@1.0.0',
      'com.example/only-lower@1.0.0',
      'com.example/only-upper@1.0.0',
      'com.example/part-gone@1.0.0',
      'com.example/worn@1.0.0',
    ]);
    const both = await registry.list('/registry/turned/v0.1/servers/com.example%2Fboth/versions');
    expect(listed(both)).toEqual(['com.example/both@3.0.0']);
  });

  it('never lets include_deleted or a filter change the winner', async () => {
    const route = '/v0.1/servers/com.example%2Fgone-above/versions';
    const shown = listed(await registry.list(route));

    expect(listed(await registry.list(`${route}?include_deleted=true`))).toEqual(shown);
    const lower = await registry.list('/v0.1/servers?source=lower&search=both');
    expect(listed(lower)).toEqual([]);
  });

  it('shows deleted versions to those who ask, else answers 404', async () => {
    const gone = '/v0.1/servers/com.example%2Fall-gone';
    for (const path of ['', '/versions', '/versions/latest', '/versions/1.0.0']) {
      expect((await registry.get(gone + path)).status).toBe(404);
    }
    expect((await registry.get(`${gone}/versions/latest?include_deleted=true`)).json()).toMatchObject({
      server: { version: '2.0.0' },
      _meta: { [OFFICIAL]: { status: 'deleted', statusMessage: 'It is deleted' } },
    });
    expect(listed(await registry.list(`${gone}/versions?include_deleted=true`))).toEqual([
      'com.example/all-gone@2.0.0',
      'com.example/all-gone@1.0.0',
    ]);
    const latest = await registry.list('/v0.1/servers?version=latest&include_deleted=true&search=all-gone');
    expect(listed(latest)).toEqual(['com.example/all-gone@2.0.0']);
    const whole = await registry.list('/v0.1/servers?include_deleted=true');
    expect(whole.metadata.count).toBe((await registry.list('/v0.1/servers')).metadata.count + 3);
    const since = await registry.list('/v0.1/servers?updated_since=2000-01-01T00:00:00Z&search=all-gone');
    expect(listed(since)).toEqual(['com.example/all-gone@1.0.0', 'com.example/all-gone@2.0.0']);
    const deleted = await registry.list('/v0.1/servers?status=deleted');
    expect(listed(deleted)).toContain('com.example/part-gone@2.0.0');
  });

  it('takes the greatest version that is not deleted for the latest', async () => {
    const latest = await registry.get('/v0.1/servers/com.example%2Fpart-gone/versions/latest');
    const list = await registry.list('/v0.1/servers?version=latest&search=part-gone&include_deleted=true');

    expect(latest.json()).toMatchObject({
      server: { version: '1.0.0' },
      _meta: { [OFFICIAL]: { isLatest: true } },
    });
    expect(listed(list)).toEqual(['com.example/part-gone@1.0.0']);
  });

  it('keeps what the upstream says: status, message, time and foreign members of the envelope', async () => {
    const worn = await registry.get('/v0.1/servers/com.example%2Fworn/versions/latest');

    expect(worn.json()).toMatchObject({
      _meta: {
        [OFFICIAL]: {
          status: 'deprecated',
          statusMessage: 'It is deprecated',
          publishedAt: '2024-05-06T07:08:09.000Z',
        },
        'com.example/foreign': { kept: 1 },
        'dev.toolhive.registry': { source: 'upper' },
      },
    });
    expect(
      worn.json<{ _meta: Record<string, { updatedAt: string }> }>()._meta[OFFICIAL]?.updatedAt,
    ).not.toContain('2024-05-06');
  });

  it('binds a cursor to no registry', async () => {
    const { metadata } = await registry.list('/registry/first/v0.1/servers?limit=2');
    const rest = await registry.list(`/registry/turned/v0.1/servers?cursor=${metadata.nextCursor ?? ''}`);

    expect(listed(rest)[0]).toBe('com.example/only-lower@1.0.0');
  });

  it.each([
    '/servers',
    '/servers?limit=1&version=latest',
    '/servers/com.example%2Fboth/versions',
    '/servers/com.example%2Fboth/versions/latest',
    '/x/dev.toolhive/skills',
    '/x/dev.toolhive/plugins/a/b',
  ])('answers 503 with Retry-After for %s while no source ever succeeded', async (path) => {
    const answer = await registry.get(`/registry/broken/v0.1${path}`);

    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('serves what it has when only some sources fail, and an empty source as an empty list', async () => {
    expect((await registry.list('/registry/half/v0.1/servers')).metadata.count).toBe(3);
    for (const [kind, path] of [
      ['servers', 'servers'],
      ['skills', 'x/dev.toolhive/skills'],
      ['plugins', 'x/dev.toolhive/plugins'],
    ] as const) {
      const answer = await registry.get(`/registry/empty/v0.1/${path}`);
      expect([answer.status, answer.json()]).toEqual([200, { [kind]: [], metadata: { count: 0 } }]);
    }
  });
});
