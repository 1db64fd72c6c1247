import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';

const provider = new IdentityProvider();
const registry = new ProtectedRegistry();
const open = new ProtectedRegistry();

beforeAll(async () => {
  await provider.start();
  const sources = [
    { ...inlineSource('first', registryFileOf('a/shared')), claims: { team: 'one' } },
    { ...inlineSource('second', registryFileOf('a/shared', 'a/second')), claims: { team: ['one', 'two'] } },
  ];
  const registries = [{ name: 'default', sources: ['first', 'second'], claims: { team: [] } }];
  await open.start({ sources, registries });
  await registry.start({
    sources,
    registries,
    server: { trustedProxies: ['127.0.0.0/8'] },
    auth: {
      mode: 'oauth',
      oauth: {
        realm: 'tools "of" acme',
        scopesSupported: ['openid', 'registry:read'],
        providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }],
      },
      authz: { roles: { superAdmin: [{ role: 'root' }], manageEntries: [{ role: 'editor' }] } },
    },
  });
});

afterAll(async () => {
  await Promise.all([registry.close(), open.close()]);
  await provider.stop();
});

describe('/v1/me', () => {
  it('says who the caller is', async () => {
    const token = provider.sign({ sub: 'ann', preferred_username: 'Ann', role: ['editor', 'x'], n: 1 });
    const answer = await registry.get('/v1/me', token);

    expect(answer.json()).toMatchObject({
      subject: 'ann',
      name: 'Ann',
      mode: 'oauth',
      roles: ['manageEntries'],
    });
    expect(answer.json<{ claims: object }>().claims).not.toHaveProperty('n');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('works without authentication too', async () => {
    expect((await open.get('/v1/me')).json()).toEqual({
      subject: 'anonymous',
      mode: 'anonymous',
      roles: [],
      claims: {},
    });
  });
});

interface Explanation {
  readonly entries: {
    readonly kind: string;
    readonly registries: {
      readonly readable: boolean;
      readonly sources: { source: string; visible: boolean; wins: boolean; reason: string }[];
    }[];
  }[];
}

async function explained(query: string): Promise<Explanation['entries'][0] | undefined> {
  const answer = await registry.get(`/v1/explain?${query}`, provider.sign({ role: 'root' }));
  return answer.json<Explanation>().entries[0];
}

describe('/v1/explain', () => {
  it('says which source wins, and why the others do not', async () => {
    const [seen] = (await explained('entry=a/shared'))?.registries ?? [];

    expect(seen?.sources).toMatchObject([
      { source: 'first', visible: true, wins: true },
      { source: 'second', visible: true, wins: false, reason: 'first stands before it' },
    ]);
  });

  it('answers for other claims than those of the caller', async () => {
    const claims = (value: object) => encodeURIComponent(JSON.stringify(value));
    const [two] = (await explained(`entry=a/shared&claims=${claims({ team: 'two' })}`))?.registries ?? [];
    const [none] = (await explained(`entry=a/shared&claims=${claims({})}`))?.registries ?? [];

    expect(two).toMatchObject({
      readable: true,
      sources: [{ visible: false }, { visible: true, wins: true }],
    });
    expect(none).toMatchObject({ readable: false, sources: [{ wins: false }, { wins: false }] });
  });

  it('refuses what it cannot read, and knows what is not there', async () => {
    const root = provider.sign({ role: 'root' });

    expect((await registry.get('/v1/explain', root)).status).toBe(400);
    expect((await registry.get('/v1/explain?entry=a&claims=[1]', root)).status).toBe(400);
    expect((await registry.get('/v1/explain?entry=nothing', root)).status).toBe(404);
    expect((await open.get('/v1/explain?entry=a/second')).status).toBe(200);
  });
});

describe('/.well-known/oauth-protected-resource', () => {
  const path = '/.well-known/oauth-protected-resource';

  it('names the providers and the scopes, for the address that was asked', async () => {
    const origin = `http://127.0.0.1:${registry.port}`;

    expect((await registry.get(path)).json()).toEqual({
      resource: origin,
      authorization_servers: [provider.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: ['openid', 'registry:read'],
    });
    expect((await registry.get(`${path}/registry/default`)).json()).toMatchObject({
      resource: `${origin}/registry/default`,
    });
  });

  it('believes trusted proxies, and no host that is none', async () => {
    const resource = async (headers: Record<string, string>) =>
      (await registry.get(path, undefined, headers)).json<{ resource: string }>().resource;

    const forwarded = { 'x-forwarded-host': 'tools.example.com', 'x-forwarded-proto': 'https' };
    expect(await resource(forwarded)).toBe('https://tools.example.com');
    expect(await resource({ host: 'evil"host' })).toBe('http://localhost');
  });

  it('is not there where no token is needed', async () => {
    expect((await open.get(path)).status).toBe(404);
  });
});

describe('the challenge', () => {
  it('names realm, resource, scopes and error, each quoted', async () => {
    const { headers } = await registry.get('/v0.1/servers', 'x"y');

    expect(headers['www-authenticate']).toBe(
      `Bearer realm="tools \\"of\\" acme", resource_metadata="http://127.0.0.1:${registry.port}/.well-known/oauth-protected-resource", scope="openid registry:read", error="invalid_token", error_description="token contains characters that no token has"`,
    );
  });
});

describe('a client like thv', () => {
  it('reads everything with one token, one item at a time, and is refused with the next', async () => {
    const token = provider.sign({ team: 'one' });
    const names: string[] = [];
    for (let path = '/v0.1/servers?limit=1&version=latest'; path !== '';) {
      const answer = await registry.get(path, token, { accept: 'application/json' });
      expect(answer.status).toBe(200);
      const page = answer.json<{
        servers: { server: { name: string } }[];
        metadata: { nextCursor?: string };
      }>();
      names.push(...page.servers.map(({ server }) => server.name));
      const { nextCursor } = page.metadata;
      path = nextCursor === undefined ? '' : `/v0.1/servers?limit=1&version=latest&cursor=${nextCursor}`;
    }

    expect(names).toEqual(['a/second', 'a/shared']);
    const latest = await registry.get('/v0.1/servers/a%2Fshared/versions/latest', token);
    expect(latest.json<{ server: { name: string } }>().server.name).toBe('a/shared');
    expect((await registry.get('/v0.1/servers?limit=1&version=latest', `${token}x`)).status).toBe(401);
  });

  it.each([
    ['/v0.1/servers?limit=100&version=latest', 200],
    ['/v0.1/servers/io.github.stacklok%2Fshared/versions/latest', 404],
    ['/v0.1/servers/shared/versions/latest', 404],
    ['/v0.1/servers?search=shared&version=latest', 200],
    ['/v0.1/x/dev.toolhive/skills?limit=100', 200],
    ['/v0.1/x/dev.toolhive/skills/a/none', 404],
    ['/v0.1/x/dev.toolhive/skills?search=none', 200],
    ['/v0.1/x/dev.toolhive/skills/a/none/versions', 404],
    ['/v0.1/x/dev.toolhive/plugins?limit=100', 200],
    ['/v0.1/x/dev.toolhive/plugins?limit=100&search=none', 200],
  ])('is answered on %s with %i, and without a token with a challenge', async (path, status) => {
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': 'Go-http-client/1.1',
    };
    const token = provider.sign({ team: 'one' });
    expect((await registry.get(path, token, headers)).status).toBe(status);
    const refused = await registry.get(path, undefined, headers);
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('error="invalid_request"');
  });

  it('takes the base for a registry before it has a token', async () => {
    for (const path of ['/openapi.yaml', '/registry/default/openapi.yaml']) {
      expect((await registry.send('HEAD', path)).status).toBe(200);
      expect((await registry.get(path)).text).toContain('https://github.com/modelcontextprotocol/registry');
    }
  });
});
