import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';

/** A line of the log, as far as tests look into it. */
interface Event {
  readonly type: string;
  readonly outcome: string;
  readonly level: string;
  readonly subjects: object;
  readonly source: { readonly value: string; readonly extra: object };
  readonly target: { readonly path: string };
  readonly metadata: { readonly extra: { request_id: string; status: number; response_bytes: number } };
  readonly data?: string;
}

const directory = mkdtempSync(join(tmpdir(), 'audit-log-'));
const logFile = join(directory, 'audit.log');
const provider = new IdentityProvider();
const registry = new ProtectedRegistry();

beforeAll(async () => {
  await provider.start();
  await registry.start({
    sources: [{ ...inlineSource('tools', registryFileOf('com.example/tool')), claims: { org: 'acme' } }],
    registries: [{ name: 'default', sources: ['tools'], claims: { org: 'acme' } }],
    auth: {
      mode: 'oauth',
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
      authz: { roles: { superAdmin: [{ role: 'root' }], manageSources: [{ role: 'sources' }] } },
    },
    audit: {
      enabled: true,
      logFile,
      excludeEventTypes: ['user.info'],
      includeRequestData: true,
      maxDataSize: 300,
    },
  });
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

function events(): Event[] {
  const lines = readFileSync(logFile, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Event);
}

/** The event of one request, by the id that it was sent with. */
async function eventOf(id: string): Promise<Event> {
  const find = () => events().find(({ metadata }) => metadata.extra.request_id === id);
  return vi.waitUntil(find, { timeout: 10_000, interval: 10 });
}

const reader = () => provider.sign({ org: 'acme', sub: 'ann', name: 'Ann' });

describe('the audit log', () => {
  it('has the same event of a read whichever way it took', async () => {
    const path = '/v0.1/servers/com.example%2Ftool/versions/1.0.0';
    const token = reader();
    const statuses = [];
    for (const [id, headers] of [
      ['first', {}],
      ['hot', {}],
      ['through-express', { 'transfer-encoding': 'chunked' }],
    ] as const) {
      statuses.push((await registry.get(path, token, { 'x-request-id': id, ...headers })).status);
    }
    const found = await Promise.all(['first', 'hot', 'through-express'].map(eventOf));

    expect(statuses).toEqual([200, 200, 200]);
    for (const event of found) {
      expect(event).toMatchObject({
        level: 'AUDIT',
        msg: 'audit_event',
        type: 'server.version.read',
        outcome: 'success',
        component: 'toolhive-registry-api',
        subjects: { sub: 'ann', user: 'Ann' },
        target: {
          method: 'GET',
          path,
          resource_type: 'server',
          resource_name: 'com.example/tool',
          version: '1.0.0',
        },
        metadata: { extra: { status: 200 } },
      });
      expect(event.source.value).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(event.metadata.extra.response_bytes).toBeGreaterThan(500);
    }
  });

  it('names the reply as the reply names itself', async () => {
    for (const path of ['/v0.1/servers', '/v1/sources']) {
      const answer = await registry.get(path, provider.sign({ org: 'acme', role: 'root' }));
      expect((await eventOf(String(answer.headers['x-request-id']))).target.path).toBe(path);
    }
  });

  it('has those who were turned away: without a token, with a bad one, and without the role', async () => {
    await registry.get('/v0.1/servers', undefined, { 'x-request-id': 'nobody' });
    await registry.get('/v0.1/servers', 'garbage', { 'x-request-id': 'stranger' });
    await registry.get('/v1/sources', reader(), { 'x-request-id': 'no-role' });
    await registry.get('/no/such/address', undefined, { 'x-request-id': 'nowhere' });

    expect(await eventOf('nobody')).toMatchObject({
      type: 'auth.unauthenticated',
      outcome: 'denied',
      subjects: { identity: 'unknown' },
      target: { method: 'GET', path: '/v0.1/servers' },
    });
    expect(await eventOf('stranger')).toMatchObject({ type: 'auth.unauthenticated', outcome: 'denied' });
    expect(await eventOf('no-role')).toMatchObject({
      type: 'source.list',
      outcome: 'denied',
      subjects: { sub: 'ann' },
      metadata: { extra: { status: 403 } },
    });
    expect(events().filter(({ metadata }) => metadata.extra.request_id === 'nowhere')).toEqual([]);
  });

  it('tells what is not there from what fails, and names administrators', async () => {
    const token = provider.sign({ role: 'root', sub: 'root' });
    await registry.get('/registry/none/v0.1/servers', token, { 'x-request-id': 'absent' });

    expect(await eventOf('absent')).toMatchObject({
      type: 'server.list',
      outcome: 'failure',
      subjects: { sub: 'root', role: 'super_admin' },
      target: { registry_name: 'none' },
    });
  });

  it('keeps bodies of writes as long as it was told, without secrets', async () => {
    const token = provider.sign({ role: 'root', sub: 'root' });
    const body = JSON.stringify({ name: 'a/b', apiKey: 'opensesame', filler: 'é'.repeat(500) });
    await registry.send('POST', '/v0.1/publish', {
      token,
      body,
      headers: { 'x-request-id': 'write', 'content-type': 'application/json' },
    });
    const { type, data = '' } = await eventOf('write');

    expect(type).toBe('entry.publish');
    expect(data).toMatch(/^\{"name":"a\/b","apiKey":"\[redacted\]","filler":"é+$/);
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(300);
  });

  it('has no tokens in it, and nothing that was left out on purpose', async () => {
    const token = reader();
    await registry.get('/v1/me', token);
    await registry.get(`/v0.1/servers?access_token=${token}`, token, { 'x-request-id': 'last' });
    await eventOf('last');
    const text = readFileSync(logFile, 'utf8');

    expect(text).not.toContain(token.split('.')[2]);
    expect(text).not.toContain('garbage');
    expect(text).not.toContain('opensesame');
    expect(events().map(({ type }) => type)).not.toContain('user.info');
  });

  it('has one event of each request', () => {
    const ids = events().map(({ metadata }) => metadata.extra.request_id);

    expect(new Set(ids).size).toBe(ids.length);
  });
});
