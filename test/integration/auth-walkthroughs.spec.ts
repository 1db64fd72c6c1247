import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EntraIssuer } from '../support/entra-issuer.js';
import { registryFileOf } from '../support/documents.js';
import { CLIENT, IdentityProvider } from '../support/identity-provider.js';
import { hasKubernetesApi, KubernetesApi } from '../support/kubernetes-api.js';
import { blockWith, filledIn } from '../support/pages.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource, type ServerList } from '../support/registry-server.js';
import { SigningKey } from '../support/signing-key.js';

const PAGE = 'docs/authentication.md';
const AUDIENCE = 'mcp-registry';
/** The address that the page writes for its identity provider. */
const HOST = 'https://id.example.com';
const SECRET_FILE = '/run/secrets/registry-client';

const directory = mkdtempSync(join(tmpdir(), 'walkthroughs-'));
const secretFile = join(directory, 'secret');
let registry: ProtectedRegistry;

beforeAll(() => writeFileSync(secretFile, CLIENT.secret));
afterEach(() => registry.close());
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts with a block of the page, which is a whole configuration or an item of `providers`. */
async function startWith(words: string, values: Readonly<Record<string, string>>): Promise<void> {
  const block = parse(filledIn(blockWith(PAGE, words), values)) as object;
  const whole = {
    sources: [inlineSource('tools', registryFileOf('com.example/tool'))],
    registries: [{ name: 'default', sources: ['tools'] }],
    auth: { mode: 'oauth', oauth: { providers: block } },
  };
  registry = await new ProtectedRegistry().start(Array.isArray(block) ? whole : block);
}

interface Me {
  readonly subject: string;
  readonly name?: string;
  readonly roles: readonly string[];
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

const status = async (token: string, path = '/v0.1/servers') => (await registry.get(path, token)).status;
const me = async (token: string) => (await registry.get('/v1/me', token)).json<Me>();
const shown = async (token: string) =>
  (await registry.get('/v0.1/servers', token)).json<ServerList>().servers.length;

describe('Keycloak', () => {
  const routes = Object.fromEntries(
    Object.entries({ token: 'token', introspection: 'token/introspect', jwks: 'certs' }).map(
      ([name, path]) => [name, `/protocol/openid-connect/${path}`],
    ),
  );
  const shape = { path: '/realms/acme', audience: AUDIENCE, routes };
  const provider = new IdentityProvider(new SigningKey('keycloak'), undefined, shape);

  beforeAll(() => provider.start());
  afterAll(() => provider.stop());

  /** A token as the first command of the walkthrough gets it. */
  async function fetchedToken(): Promise<string> {
    const command = filledIn(blockWith(PAGE, 'curl -su'), { [HOST]: provider.origin, SECRET: CLIENT.secret });
    const [, credentials = '', url = '', body = ''] =
      /curl -su (.+) (http\S+) -d (\S+)$/m.exec(command) ?? [];
    const [id = '', secret = ''] = credentials.split(/:(.*)/s).map(encodeURIComponent);
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(body),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  it('lets members of a group in with a token of the client, and nobody else', async () => {
    await startWith('keycloak', { [HOST]: provider.origin, [SECRET_FILE]: secretFile });
    expect(provider.requests).toEqual([]);

    provider.extraClaims = { groups: ['tools', 'publishers'] };
    const member = await fetchedToken();
    expect(await shown(member)).toBeGreaterThan(10);
    expect((await me(member)).roles).toEqual(['manageEntries']);
    provider.extraClaims = { groups: ['/tools'], realm_access: { roles: ['tools'] } };
    expect(await status(await fetchedToken())).toBe(404);
    provider.extraClaims = { groups: ['registry-admins'] };
    expect(await status(await fetchedToken(), '/v1/explain?entry=com.example.weather/forecast')).toBe(200);
    expect(provider.count('/realms/acme/protocol/openid-connect/certs')).toBe(1);
  });
});

describe('Microsoft Entra ID', () => {
  const entra = new EntraIssuer();
  const group = '0f5f9d3c-6f8f-4f7b-9d7d-2c2a1f0e6b11';

  beforeAll(() => entra.start());
  afterAll(() => entra.stop());

  const start = () =>
    startWith('name: entra', {
      'https://login.microsoftonline.com': entra.login,
      'https://sts.windows.net': entra.sts,
      'GROUP-ID': group,
      'CLIENT-ID': entra.clientId,
      TENANT: entra.tenant,
    });

  it('gives tokens of version 2, with groups, roles and scopes', async () => {
    await start();
    const token = entra.token({ groups: [group, entra.clientId], roles: ['Registry.Read'] });

    expect(entra.requests).toEqual([]);
    expect(await shown(token)).toBeGreaterThan(10);
    expect(await me(token)).toMatchObject({
      name: 'Ann',
      roles: [],
      claims: {
        tid: [entra.tenant],
        groups: [group, entra.clientId],
        roles: ['Registry.Read'],
        scp: ['registry.read profile'],
        ver: ['2.0'],
      },
    });
    expect((await me(entra.token({ roles: ['Registry.Admin'] }))).roles).toContain('superAdmin');
    // An application by itself has neither groups nor scopes.
    const daemon = entra.token({ roles: ['Registry.Admin'], scp: undefined, idtyp: 'app' });
    expect(await shown(daemon)).toBeGreaterThan(10);
    expect(entra.requests).toEqual([
      `/${entra.tenant}/v2.0/.well-known/openid-configuration`,
      `/${entra.tenant}/discovery/v2.0/keys`,
    ]);
  });

  it('gives tokens of version 1 as another issuer', async () => {
    await start();
    const token = entra.olderToken({ groups: [group] });

    expect(await shown(token)).toBeGreaterThan(10);
    expect((await me(token)).claims).toMatchObject({ ver: ['1.0'], upn: ['ann@example.com'] });
    expect(await status(entra.olderToken({ iss: `${entra.sts}/${entra.tenant}` }))).toBe(401);
    expect(await status(entra.olderToken({ aud: entra.clientId }))).toBe(401);
    expect(await status(entra.token({ aud: `api://${entra.clientId}` }))).toBe(401);
  });

  it('signs for other tenants and applications with the same keys, which are refused', async () => {
    await start();
    const other = '9188040d-6c67-4c5b-b112-36a304b66dad';

    expect(await status(entra.token({ iss: `${entra.login}/${other}/v2.0`, tid: other }))).toBe(401);
    expect(await status(entra.olderToken({ iss: `${entra.sts}/${other}/`, tid: other }))).toBe(401);
    expect(await status(entra.token({ aud: '00000003-0000-0000-c000-000000000000' }))).toBe(401);
    // A tenant cannot put another one into the claim that the registry asks for and keep its issuer.
    expect(await status(entra.token({ tid: other, groups: [group] }))).toBe(404);
  });

  it('leaves out the groups of people in very many, who have every other claim', async () => {
    await start();
    const endpoint = `https://graph.windows.net/${entra.tenant}/users/1/getMemberObjects`;
    const overage = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
    const token = entra.token({ ...overage, roles: ['Registry.Read'] });

    const { claims } = await me(token);
    expect(claims).not.toHaveProperty('groups');
    expect(claims).not.toHaveProperty('_claim_names');
    expect(claims['roles']).toEqual(['Registry.Read']);
    expect([await status(token), await shown(token)]).toEqual([200, 0]);
    expect(await shown(entra.token({ ...overage, roles: ['Registry.Admin'] }))).toBeGreaterThan(10);
  });
});

describe.skipIf(!hasKubernetesApi)('Kubernetes service accounts (needs its API server)', () => {
  let api: KubernetesApi;

  beforeAll(async () => {
    api = await KubernetesApi.create();
    for (const name of ['registry', 'reader']) {
      await api.call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name } });
    }
  });

  async function tokenOf(account: string, audience?: string): Promise<string> {
    const path = `/api/v1/namespaces/default/serviceaccounts/${account}/token`;
    const spec = { ...(audience !== undefined && { audiences: [audience] }), expirationSeconds: 600 };
    const { status: made } = (await api.call('POST', path, { spec })) as { status: { token: string } };
    return made.token;
  }

  it('are let in with a token for the registry, which is verified with one for the API server', async () => {
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, 'not the token of anybody');
    await startWith('name: cluster', {
      'https://kubernetes.default.svc.cluster.local': api.url,
      '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt': api.caCertPath,
      '/var/run/secrets/kubernetes.io/serviceaccount/token': tokenFile,
    });
    const reader = await tokenOf('reader', AUDIENCE);

    expect(await status(reader)).toBe(503);
    writeFileSync(tokenFile, `${await tokenOf('registry')}\n`);
    await expect.poll(() => status(reader), { timeout: 15_000 }).toBe(200);
    expect((await me(reader)).subject).toBe('system:serviceaccount:default:reader');
    expect(await status(await tokenOf('reader'))).toBe(401);
  });
});

describe('Opaque tokens', () => {
  const provider = new IdentityProvider(new SigningKey('opaque'), undefined, {
    path: '',
    audience: AUDIENCE,
  });

  beforeAll(() => provider.start());
  afterAll(() => provider.stop());

  it('are asked about, and those of nobody are refused', async () => {
    await startWith('name: tokens', { [HOST]: provider.origin, [SECRET_FILE]: secretFile });
    const token = await provider.issue('https://registry.test/opaque');

    expect(token).not.toContain('.');
    expect(await status(token)).toBe(200);
    expect((await me(token)).subject).toBe(CLIENT.id);
    expect(await status(`${token}x`)).toBe(401);
  });
});
