import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashViewToken, makeViewToken } from '../../src/model/view-token.js';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { type Answer, inlineSource, listed, type ServerList } from '../support/registry-server.js';

const directory = mkdtempSync(join(tmpdir(), 'client-views-'));
const logFile = join(directory, 'audit.log');
const tokenFile = join(directory, 'token');
const provider = new IdentityProvider();
const registry = new ProtectedRegistry();
const inFile = makeViewToken();
const byHash = makeViewToken();
const ended = makeViewToken();
const proxied = makeViewToken();
const usedTokens = [inFile, byHash, ended, proxied];

beforeAll(async () => {
  await provider.start();
  writeFileSync(tokenFile, `${inFile}\n`, { mode: 0o600 });
  const view = { registry: 'tools', claims: { team: 'web' } };
  await registry.start({
    sources: [
      { ...inlineSource('web', registryFileOf('com.example/web')), claims: { team: 'web' } },
      { ...inlineSource('finance', registryFileOf('com.example/ledger')), claims: { team: 'finance' } },
    ],
    registries: [
      { name: 'tools', sources: ['web', 'finance'], claims: { team: ['web', 'finance'] } },
      { name: 'vault', sources: ['finance'], claims: { team: 'finance' } },
    ],
    auth: {
      mode: 'oauth',
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
      authz: { roles: { superAdmin: [{ role: 'root' }, { team: 'web', all: 'yes' }] } },
    },
    server: { trustedProxies: ['127.0.0.1'] },
    views: [
      { name: 'in-file', ...view, claims: { team: 'web', all: 'yes' }, tokenFile },
      { name: 'by-hash', ...view, tokenSha256: [hashViewToken(byHash)] },
      { name: 'ended', ...view, tokenSha256: [hashViewToken(ended)], expires: '2026-01-01T00:00:00Z' },
      { name: 'office', ...view, tokenSha256: [hashViewToken(proxied)], allowedCidrs: ['203.0.113.0/24'] },
    ],
    audit: { enabled: true, logFile },
  });
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

const root = () => provider.sign({ role: 'root', sub: 'root' });

function manage(method: string, path: string, body?: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return registry.send(method, path, {
    token: root(),
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function made(method: string, path: string, body?: object): Promise<string> {
  const answer = await manage(method, path, body);
  expect([answer.status, answer.headers['cache-control']]).toEqual([
    path === '/v1/views' ? 201 : 200,
    'no-store',
  ]);
  const { token } = answer.json<{ token: string }>();
  usedTokens.push(token);
  return token;
}

const read = (token: string, rest = '/v0.1/servers', headers = {}) =>
  registry.get(`/view/${token}${rest}`, undefined, headers);

/** What an answer says, without what differs between any two of them. */
function told({ status, headers, body }: Answer): object {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, headers: rest, body: body.toString() };
}

describe('a client view', () => {
  it('shows to callers without a token what its claims allow, by either entrance, and to them alone', async () => {
    for (const headers of [{}, {}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await read(byHash, '/v0.1/servers', headers);
      expect(answer.status).toBe(200);
      expect(listed(answer.json<ServerList>())).toEqual(['com.example/web@1.0.0']);
      expect(answer.headers['cache-control']).toBe('private, no-cache');
    }
    const direct = await registry.get('/registry/tools/v0.1/servers', provider.sign({ team: 'web' }));
    expect((await read(byHash)).body).toEqual(direct.body);
    expect((await read(byHash, '/v0.1/servers/com.example%2Fledger/versions')).status).toBe(404);
  });

  it('has every spelling of the routes that its registry has', async () => {
    for (const rest of [
      '/v0/servers',
      '/servers',
      '/v0.1/servers/',
      '/v0.1/v0.1/servers',
      '/api/v0/servers',
    ]) {
      expect([rest, (await read(byHash, rest)).status]).toEqual([rest, 200]);
    }
    expect((await read(byHash, '/v0.1/servers/com.example%2Fweb/versions/latest')).status).toBe(200);
    expect((await read(byHash, '/v0.1/servers?search=nothing')).json<ServerList>().servers).toEqual([]);
  });

  it('never makes an administrator of its callers, whatever its claims are', async () => {
    expect(listed((await read(inFile)).json<ServerList>())).toEqual(['com.example/web@1.0.0']);
  });

  it('opens no other registry, nothing below /v1, no writes, and no way out', async () => {
    for (const rest of [
      '/v1/me',
      '/v1/views',
      '/../../v1/views',
      '/%2e%2e/vault/v0.1/servers',
      '/../vault/v0.1/servers',
      '/registry/vault/v0.1/servers',
      '/registry',
      '/v0.1/registries',
      '',
      '/',
    ]) {
      expect([rest, (await read(byHash, rest)).status]).toEqual([rest, 404]);
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status } = await registry.send(method, `/view/${byHash}/v0.1/publish`);
      expect([method, status]).toEqual([method, 404]);
    }
  });

  it('takes its token from the file that holds it now', async () => {
    const next = makeViewToken();
    usedTokens.push(next);
    writeFileSync(tokenFile, `${inFile}\n${next}\n`);
    await vi.waitUntil(async () => (await read(next)).status === 200, { timeout: 15_000, interval: 50 });
    expect((await read(inFile)).status).toBe(200);
  });
});

describe('an address that opens nothing', () => {
  it('answers the same whatever the reason is', async () => {
    const revoked = await made('POST', '/v1/views', { name: 'short', registry: 'tools' });
    expect((await manage('DELETE', '/v1/views/short')).status).toBe(204);
    const unknown = makeViewToken();
    const answers = [];
    for (const token of [unknown, revoked, ended, proxied, 'x', encodeURIComponent('../v1')]) {
      answers.push(told(await read(token)));
    }

    expect(answers[0]).toMatchObject({ status: 404 });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await read(ended, '/v1/me')).status).toBe(404);
  });

  it('is one for addresses that a view does not allow, as trusted proxies tell them', async () => {
    const from = (forwarded: string) => read(proxied, '/v0.1/servers', { 'x-forwarded-for': forwarded });

    expect((await from('203.0.113.9')).status).toBe(200);
    expect((await from('198.51.100.1, 203.0.113.9:443')).status).toBe(200);
    expect((await from('203.0.113.9, 198.51.100.1')).status).toBe(404);
    expect((await from('nonsense')).status).toBe(404);
    for (const mapped of ['::ffff:203.0.113.9', '::ffff:cb00:7109', '[::ffff:203.0.113.9]:443']) {
      expect([mapped, (await from(mapped)).status]).toEqual([mapped, 200]);
    }
    for (const other of [
      '::ffff:198.51.100.1',
      '::cb00:7109',
      'fe80::1%eth0',
      '203.0.113.9.',
      '3405803785',
    ]) {
      expect([other, (await from(other)).status]).toEqual([other, 404]);
    }
  });
});

describe('the administration of views', () => {
  it('makes one, shows its token once, and never again', async () => {
    const claims = { team: 'finance' };
    const token = await made('POST', '/v1/views', { name: 'ledger', registry: 'vault', claims });
    const list = await manage('GET', '/v1/views');
    const { views } = list.json<{
      views: { name: string; creationType: string; tokens: { id: string }[] }[];
    }>();

    expect(token).toMatch(/^thvv_[A-Za-z0-9_-]{43}$/);
    expect(listed((await read(token)).json<ServerList>())).toEqual(['com.example/ledger@1.0.0']);
    expect(views.map(({ name }) => name)).toEqual(['by-hash', 'ended', 'in-file', 'ledger', 'office']);
    expect(views.find(({ name }) => name === 'ledger')).toMatchObject({
      registry: 'vault',
      claims,
      creationType: 'API',
      tokens: [{ id: hashViewToken(token).slice(0, 8) }],
    });
    expect(list.text).not.toContain(token);
  });

  it('rotates with an overlap of two tokens, or with none', async () => {
    const first = await made('POST', '/v1/views', {
      name: 'turning',
      registry: 'tools',
      claims: { team: 'web' },
    });
    const second = await made('POST', '/v1/views/turning/rotate');
    expect([(await read(first)).status, (await read(second)).status]).toEqual([200, 200]);
    const third = await made('POST', '/v1/views/turning/rotate', { overlap: '1h' });
    expect((await read(first)).status).toBe(404);
    expect([(await read(second)).status, (await read(third)).status]).toEqual([200, 200]);
    const fourth = await made('POST', '/v1/views/turning/rotate', { overlap: '0s' });
    expect([(await read(third)).status, (await read(fourth)).status]).toEqual([404, 200]);
  });

  it('ends the token before when the overlap is over, and a view when its time has come', async () => {
    const before = await made('POST', '/v1/views', { name: 'brief', registry: 'tools' });
    const after = await made('POST', '/v1/views/brief/rotate', { overlap: '1s' });
    const expires = new Date(Date.now() + 1_000).toISOString();
    const ending = await made('POST', '/v1/views', { name: 'ending', registry: 'tools', expires });
    const isGone = async (token: string) => (await read(token)).text.includes('No such route');

    for (const token of [before, ending]) {
      await vi.waitUntil(() => isGone(token), { timeout: 15_000, interval: 50 });
    }
    expect(await isGone(after)).toBe(false);
  });

  it('refuses what is malformed, twice there, of the configuration or nowhere', async () => {
    const view = { name: 'new', registry: 'tools' };
    for (const [status, method, path, body] of [
      [400, 'POST', '/v1/views', { ...view, registry: 'none' }],
      [400, 'POST', '/v1/views', { ...view, token: 'mine' }],
      [400, 'POST', '/v1/views', { ...view, name: 'A/b' }],
      [400, 'POST', '/v1/views', { ...view, allowedCidrs: ['10.0.0.0/99'] }],
      [400, 'POST', '/v1/views', { ...view, expires: 'tomorrow' }],
      [400, 'POST', '/v1/views/ledger/rotate', { overlap: '9000h' }],
      [409, 'POST', '/v1/views', { ...view, name: 'ledger' }],
      [409, 'POST', '/v1/views', { ...view, name: 'by-hash' }],
      [409, 'DELETE', '/v1/views/by-hash', undefined],
      [404, 'DELETE', '/v1/views/none', undefined],
      [404, 'POST', '/v1/views/none/rotate', {}],
    ] as const) {
      expect([path, body, (await manage(method, path, body)).status]).toEqual([path, body, status]);
    }
  });
});

it('tokens of views are in no audit event, but who used which view is', async () => {
  await read(byHash, '/v0.1/servers', { 'x-request-id': 'last-use' });
  await read(ended, '/v0.1/servers', { 'x-request-id': 'last-refusal' });
  const text = await vi.waitUntil(
    () => {
      const written = readFileSync(logFile, 'utf8');
      return written.includes('last-refusal') && written.includes('last-use') && written;
    },
    { timeout: 10_000, interval: 10 },
  );
  const event = (id: string) =>
    text
      .split('\n')
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line) as object)[0];

  for (const token of usedTokens) expect(text).not.toContain(token);
  expect(event('last-use')).toMatchObject({
    type: 'server.list',
    outcome: 'success',
    subjects: { identity: 'view', view: 'by-hash' },
    target: { path: '/view/[redacted]/v0.1/servers', registry_name: 'tools' },
  });
  expect(event('last-refusal')).toMatchObject({
    type: 'view.refused',
    outcome: 'denied',
    subjects: { identity: 'view', view: 'ended' },
    target: { path: '/view/[redacted]/v0.1/servers' },
    metadata: { extra: { status: 404, reason: 'expired' } },
  });
});

it('tokens of views are in no error', async () => {
  for (const rest of [
    '/v0.1/nothing',
    '/v0.1/servers?limit=x',
    '/v0.1/servers/com.example%2Fnone',
    '/v1/me',
  ]) {
    const { status, text, headers } = await read(byHash, rest);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text + JSON.stringify(headers)).not.toContain(byHash);
  }
});
