import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashViewToken, makeViewToken } from '../../src/model/view-token.js';
import { auditedRoute } from '../../src/registry/audit-target.js';
import { canonicalPath } from '../../src/registry/canonical-path.js';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';

const directory = mkdtempSync(join(tmpdir(), 'odd-addresses-'));
const logFile = join(directory, 'audit.log');
const provider = new IdentityProvider();
const registry = new ProtectedRegistry();
const viewToken = makeViewToken();

beforeAll(async () => {
  await provider.start();
  await registry.start({
    sources: [inlineSource('tools', registryFileOf('a/hidden', 'com.example/tool'))],
    registries: [
      { name: 'default', sources: ['tools'] },
      { name: 'open', sources: ['tools'] },
      { name: 'vault', sources: ['tools'] },
    ],
    auth: {
      mode: 'oauth',
      publicPaths: ['/registry/open/', '/v0/servers/a', '/v1'],
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
    },
    views: [{ name: 'window', registry: 'vault', tokenSha256: [hashViewToken(viewToken)] }],
    audit: { enabled: true, logFile },
  });
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Event {
  readonly type: string;
  readonly outcome: string;
  readonly target: { readonly path: string; readonly resource_name?: string };
  readonly metadata: { readonly extra: { readonly request_id: string } };
}

let sent = 0;

/** The event that a request leaves; another one that is sent after it says when the log would have it. */
async function eventOf(method: string, path: string, token?: string): Promise<Event | undefined> {
  const id = `odd-${(sent += 1)}`;
  const mark = `${id}-mark`;
  await registry.send(method, path, { token, headers: { 'x-request-id': id } });
  await registry.get('/v0.1/servers', undefined, { 'x-request-id': mark });
  const log = await vi.waitUntil(
    () => {
      const text = readFileSync(logFile, 'utf8');
      return text.includes(mark) && text;
    },
    { timeout: 10_000, interval: 5 },
  );
  const events = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Event]));
  return events.find(({ metadata }) => metadata.extra.request_id === id);
}

/** By the entrance in front of Express, and by the one behind it. */
async function statuses(path: string, headers: Record<string, string | string[]> = {}): Promise<number[]> {
  const early = await registry.send('GET', path, { headers });
  const late = await registry.send('GET', path, { headers: { ...headers, 'transfer-encoding': 'chunked' } });
  return [early.status, late.status];
}

describe('the audit log', () => {
  it('knows every route that is not public', () => {
    const unknown = registry
      .routes()
      .filter(({ method, path }) => auditedRoute(method, canonicalPath(path)) === undefined)
      .map(({ path }) => path.replace(/^\/registry\/default/, ''));

    expect([...new Set(unknown)].sort()).toEqual([
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/some',
      '/api/openapi.json',
      '/api/v1beta/status',
      '/api/v1beta/version',
      '/health',
      '/openapi.json',
      '/openapi.yaml',
      '/readiness',
      '/v0.1/health',
      '/v0.1/ping',
      '/v0.1/version',
      '/version',
    ]);
  });

  it.each([
    ['GET', '/v0.1/servers', 'server.list', undefined],
    ['GET', '/v1/sources', 'source.list', undefined],
    ['GET', '/v1/views', 'view.list', undefined],
    ['DELETE', '/v1/views/none', 'view.revoke', 'none'],
  ])('has %s %s however it is spelled', async (method, path, type, name) => {
    const token = provider.sign();
    const spellings = [path, `${path}/`, `${path}?a=b`, `${path}#a`, `${path}?a#b`, `http://any.test${path}`];
    for (const spelling of [...spellings, `HTTPS://any.test:1${path}/#`]) {
      const answer = await registry.send(method, spelling, { token });
      expect([spelling, answer.status]).toEqual([spelling, method === 'GET' ? 200 : 404]);
      const event = await eventOf(method, spelling, token);
      expect([spelling, event?.type, event?.target.resource_name]).toEqual([spelling, type, name]);
    }
  });

  it.each(['', '//', '#x', '?x#y'])('has each use of a view, as in %j', async (end) => {
    const [before, after] = end === '//' ? ['/', '//'] : ['', end];
    const address = `${before}/view/${before}${viewToken}/v0.1/servers${after}`;
    for (const spelling of [address, `http://any.test${address}`]) {
      expect((await registry.get(spelling)).status).toBe(200);
      expect(await eventOf('GET', spelling)).toMatchObject({ type: 'server.list', outcome: 'success' });
    }
    expect(readFileSync(logFile, 'utf8')).not.toContain(viewToken);
  });
});

describe('the token of a view', () => {
  it.each([
    `/View/${viewToken}/v0.1/servers`,
    `/%76iew/${viewToken}/v0.1/servers`,
    `/view%2F${viewToken}/v0.1/servers`,
    `/view/${viewToken}%2Fv0.1/servers`,
    `/view/${viewToken};x/v0.1/servers`,
    `/view/${viewToken}/view/${viewToken}/v0.1/servers`,
    `/view/../view/${viewToken}/v0.1/servers`,
    `/registry/open/view/${viewToken}/v0.1/servers`,
    `http://any.test/view/${viewToken}/../../v1/me`,
    `/view/${viewToken}/%2F..%2F..%2Fregistry%2Fdefault/v0.1/servers`,
    `/view/${viewToken}/..%5c..%5cregistry%5cdefault%5cv0.1%5cservers`,
    `/view/${viewToken}/\\..\\..\\registry\\default\\v0.1\\servers#`,
  ])('opens nothing and is not repeated where it stands elsewhere: %#', async (path) => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await registry.get(path, undefined, headers);
      expect(answer.status).toBe(404);
      expect(answer.text + JSON.stringify(answer.headers)).not.toContain(viewToken);
    }
  });
});

describe('public paths', () => {
  it.each([
    ['/registry/open/v0.1/servers', 200],
    ['/registry/open/v0/servers/', 200],
    ['/registry//open/servers', 200],
    ['/registry/%6fpen/v0.1/servers', 200],
    ['/v0.1/servers/a', 404],
    ['/v0/servers/a/versions/latest', 404],
    ['/servers/a/versions', 404],
    ['/v0.1/servers', 401],
    ['/registry/opened/v0.1/servers', 401],
    ['/registry/open%2F..%2Fvault/v0.1/servers', 401],
    ['/registry/open%2Fv0.1/v0.1/servers', 401],
    ['/registry/open/../vault/v0.1/servers', 404],
    ['/registry/open/%2e%2e/vault/v0.1/servers', 404],
    ['/registry/open/..%5cvault%5cv0.1/servers', 404],
    ['http://any.test/registry/vault/v0.1/servers', 401],
    ['/registry/vault/v0.1/servers?/registry/open/', 401],
    ['/registry/vault/v0.1/servers#/registry/open/', 401],
    // One name, whose slash came raw: not something below the server a.
    ['/v0.1/servers/a/hidden/versions/latest', 401],
    ['/v0.1/servers/a/hidden', 401],
    ['/v1/me', 401],
    ['/v1/me/', 401],
    ['/v1/sources#', 401],
    ['/v1/explain?entry=a', 401],
  ])('say of %s the same at both entrances: %i', async (path, status) => {
    expect(await statuses(path)).toEqual([status, status]);
  });
});

it('an address that is not ASCII reaches nobody: some would take its backslashes for slashes', async () => {
  for (const path of ['/v1\\sources\u00a0', '/v1/sources\u00a0', '/registry/open\u00a0']) {
    expect((await registry.get(path, provider.sign())).status).toBe(400);
  }
});

describe('the header with the token', () => {
  it('is read alike at both entrances: whatever the case of its scheme is, the first of several', async () => {
    const token = provider.sign();
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEARER ']) {
      expect(await statuses('/v0.1/servers', { authorization: `${scheme} ${token}` })).toEqual([200, 200]);
    }
    for (const value of [
      `Basic eDp5, Bearer ${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer\t${token}`,
      token,
    ]) {
      expect(await statuses('/v0.1/servers', { authorization: value })).toEqual([401, 401]);
    }
  });

  it('is the only place for it', async () => {
    const token = provider.sign();
    const places = { cookie: `access_token=${token}`, 'proxy-authorization': `Bearer ${token}` };
    for (const query of [`access_token=${token}`, `token=${token}`, `authorization=Bearer%20${token}`]) {
      expect(await statuses(`/v0.1/servers?${query}`, places)).toEqual([401, 401]);
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...places };
    const body = `access_token=${token}`;
    expect((await registry.send('POST', '/v0.1/publish', { headers: form, body })).status).toBe(401);
  });

  it('is asked for under the address that was used, whatever somebody says who is no trusted proxy', async () => {
    const forwarded = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.test;proto=https',
      'x-forwarded-for': '127.0.0.1',
      'x-original-url': '/registry/open/v0.1/servers',
      'x-http-method-override': 'OPTIONS',
    };
    const { status, headers } = await registry.get('/v0.1/servers', undefined, forwarded);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toContain(
      `resource_metadata="http://127.0.0.1:${registry.port}/.well-known/oauth-protected-resource"`,
    );
  });

  it('makes no administrator of a caller that comes through a view', async () => {
    const headers = { authorization: `Bearer ${provider.sign()}` };
    expect(await statuses(`/view/${viewToken}/v1/me`, headers)).toEqual([404, 404]);
    expect(await statuses(`/view/${viewToken}/v0.1/servers`, { authorization: 'Bearer x' })).toEqual([
      200, 200,
    ]);
  });
});
