import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFile, serverJson } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource, listed, type ServerList } from '../support/registry-server.js';

const provider = new IdentityProvider();
const registry = new ProtectedRegistry();

/** The sources in the order of precedence, with what each demands: what the oracle below reads too. */
const SOURCES: Readonly<Record<string, { claims?: Record<string, string | string[]>; names: string[] }>> = {
  finance: { claims: { org: 'acme', team: 'finance' }, names: ['a/shared', 'a/ledger'] },
  tools: { claims: { org: ['acme', 'guest'] }, names: ['a/shared', 'a/hammer', 'a/saw'] },
  forgotten: { names: ['a/shared', 'a/secret'] },
  anyTeam: { claims: { team: [] }, names: ['a/shared', 'a/badge'] },
};
const ORDER = Object.keys(SOURCES);
/** Without any an entry has no form in the older API. */
const REMOTES = [{ type: 'streamable-http', url: 'https://mcp.example.com' }];

beforeAll(async () => {
  await provider.start();
  const sources = Object.entries(SOURCES).map(([name, { claims, names }]) => ({
    ...inlineSource(
      name,
      registryFile(names.map((entry) => serverJson(entry, '1.0.0', { title: name, remotes: REMOTES }))),
    ),
    ...(claims !== undefined && { claims }),
  }));
  await registry.start({
    sources,
    registries: [
      { name: 'all', sources: ORDER, claims: { reader: 'yes' } },
      { name: 'vault', sources: ORDER, claims: { reader: 'yes', vault: 'yes' } },
      { name: 'nobody', sources: ORDER },
    ],
    auth: {
      mode: 'oauth',
      publicPaths: ['/registry/all', '/v1', '/registry'],
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
      authz: { roles: { superAdmin: [{ role: 'root' }] } },
    },
  });
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
});

type CallerClaims = Readonly<Record<string, string | string[]>>;

/** What a caller should see, as `name@source`: said again in the plainest way. */
function expected(caller: CallerClaims): string[] {
  const holds = (name: string, value: string | string[]) => {
    const held = caller[name];
    if (held === undefined) return false;
    const [have, want] = [held, value].map((item) => (typeof item === 'string' ? [item] : item));
    return want?.length === 0 || have?.some((item) => want?.includes(item));
  };
  const winners = new Map<string, string>();
  for (const source of ORDER) {
    const { claims, names } = SOURCES[source] ?? { names: [] };
    const sees = claims !== undefined && Object.entries(claims).every(([name, value]) => holds(name, value));
    for (const name of names) if (sees && !winners.has(name)) winners.set(name, source);
  }
  return [...winners].map(([name, source]) => `${name}@${source}`).sort();
}

async function seen(token: string): Promise<string[]> {
  const names: string[] = [];
  for (let cursor = ''; ;) {
    const answer = await registry.get(`/registry/all/v0.1/servers?limit=2${cursor}`, token);
    const { servers, metadata } = answer.json<ServerList>();
    names.push(
      ...servers.map(({ server, _meta }) => `${server.name}@${_meta['dev.toolhive.registry'].source}`),
    );
    if (metadata.nextCursor === undefined) return names;
    // What a caller may not see leaves no gaps.
    expect(servers).toHaveLength(2);
    cursor = `&cursor=${metadata.nextCursor}`;
  }
}

/** Values of one claim: none of them, each alone, and lists of some, the empty one included. */
const ORGS = [
  undefined,
  'acme',
  'guest',
  'Acme',
  [],
  ['acme', 'guest'],
  ['Acme', 'guest'],
  ['acme', 'other'],
];
const TEAMS = [undefined, 'finance', 'web', [], ['finance', 'web']];
/** A claim whose name differs in its case alone. */
const OTHER_ORGS = [undefined, 'acme'];

const MATRIX: readonly CallerClaims[] = ORGS.flatMap((org) =>
  TEAMS.flatMap((team) =>
    OTHER_ORGS.map((Org) => ({
      reader: 'yes',
      ...(org !== undefined && { org }),
      ...(team !== undefined && { team }),
      ...(Org !== undefined && { Org }),
    })),
  ),
);
const NAMES = [...new Set(ORDER.flatMap((source) => SOURCES[source]?.names ?? []))];

/** The names in a list that has no pages, by both entrances. */
async function listedBy(route: string, token: string): Promise<string[]> {
  const early = await registry.get(route, token);
  const late = await registry.get(route, token, { 'transfer-encoding': 'chunked' });
  expect([late.status, late.text]).toEqual([early.status, early.text]);
  const { servers } = early.json<{ servers: { name?: string; server?: { name: string } }[] }>();
  return servers.map(({ name, server }) => server?.name ?? name ?? '').sort();
}

describe('for every combination of claims', () => {
  it.each(MATRIX)('lists show what the claims allow, and single reads agree: %j', async (claims) => {
    const token = provider.sign(claims);
    const visible = await seen(token);
    const names = visible.map((item) => item.replace(/@.*/, ''));
    expect(visible).toEqual(expected(claims));
    const lists = [
      'v0.1/servers',
      'v0.1/servers?sort=updated',
      'api/v0/servers',
      'api/v0/servers?format=toolhive',
    ];
    for (const list of lists) expect(await listedBy(`/registry/all/${list}`, token)).toEqual(names);
    for (const name of NAMES) {
      const encoded = encodeURIComponent(name);
      const path = `/registry/all/v0.1/servers/${encoded}`;
      for (const route of [
        path,
        `${path}/versions`,
        `${path}/versions/1.0.0`,
        `${path}/versions/latest`,
        `/registry/all/api/v0/servers/${encoded}`,
      ]) {
        const { status } = await registry.get(route, token);
        expect([route, status]).toEqual([route, names.includes(name) ? 200 : 404]);
      }
    }
  });
});

describe('a hidden source', () => {
  it('leaves the place to the next', async () => {
    const finance = provider.sign({ reader: 'yes', org: 'acme', team: 'finance' });
    const acme = provider.sign({ reader: 'yes', org: 'acme' });

    expect(await seen(finance)).toContain('a/shared@finance');
    expect(await seen(acme)).toContain('a/shared@tools');
  });
});

describe('a registry', () => {
  it('that a caller may not read is not there', async () => {
    const token = provider.sign({ reader: 'yes', org: 'acme' });
    const absent = await registry.get('/registry/none/v0.1/servers', token);
    for (const name of ['vault', 'nobody']) {
      const hidden = await registry.get(`/registry/${name}/v0.1/servers`, token);
      expect(hidden.status).toBe(404);
      expect(hidden.json<{ detail: string }>().detail).toBe(absent.json<{ detail: string }>().detail);
    }
  });

  it('is listed for those who may read it, with the sources that they may know of', async () => {
    const { registries } = (
      await registry.get('/registry', provider.sign({ reader: 'yes', org: 'guest' }))
    ).json<{
      registries: { name: string; sources: string[] }[];
    }>();

    expect(registries).toMatchObject([{ name: 'all', sources: ['tools'] }]);
  });

  it('shows everything to a superAdmin', async () => {
    const token = provider.sign({ role: 'root' });
    const names = (await registry.get('/registry/nobody/v0.1/servers', token)).json<ServerList>();

    expect(listed(names)).toContain('a/secret@1.0.0');
    expect((await registry.get('/registry/vault/v0.1/servers', token)).status).toBe(200);
  });
});

describe('caches', () => {
  it('never mix callers: a tag of one is no answer for another', async () => {
    const path = '/registry/all/v0.1/servers';
    const guest = provider.sign({ reader: 'yes', org: 'guest' });
    const finance = provider.sign({ reader: 'yes', org: 'acme', team: 'finance' });
    const first = await registry.get(path, guest);
    const etag = String(first.headers.etag);

    expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache' });
    expect(first.headers.vary).toMatch(/Authorization$/);
    expect((await registry.get(path, guest, { 'if-none-match': etag })).status).toBe(304);
    expect((await registry.get(path, finance, { 'if-none-match': etag })).status).toBe(200);
    expect(
      (await registry.get(path, provider.sign({ reader: 'yes', org: 'guest', sub: 'other' }))).headers.etag,
    ).toBe(etag);
  });
});

describe('a public path', () => {
  it('needs no token and shows what a caller without claims sees, which is nothing here', async () => {
    expect((await registry.get('/registry/all/v0.1/servers')).status).toBe(404);
    const list = await registry.get('/registry');
    expect(list.json()).toEqual({ registries: [] });
    expect(list.headers).toMatchObject({ 'cache-control': 'no-cache', vary: 'Authorization' });
  });

  it('shows more to those who send a token all the same, and refuses a bad one', async () => {
    const answer = await registry.get(
      '/registry/all/v0.1/servers',
      provider.sign({ reader: 'yes', org: 'acme' }),
    );

    expect(answer.status).toBe(200);
    expect((await registry.get('/registry/all/v0.1/servers', 'nonsense')).status).toBe(401);
  });

  it('never opens /v1, nor what lies beside it', async () => {
    for (const path of [
      '/v1/me',
      '/v1/explain?entry=a/shared',
      '/v0.1/servers',
      '/registry%2fall/v0.1/servers',
    ]) {
      expect([path, (await registry.get(path)).status]).not.toEqual([path, 200]);
    }
  });
});
