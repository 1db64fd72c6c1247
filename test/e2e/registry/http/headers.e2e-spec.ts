import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** One request for each status that a read can end with. */
const ANSWERS: readonly (readonly [status: number, method: string, path: string])[] = [
  [200, 'GET', '/v0.1/servers'],
  [200, 'HEAD', '/v0.1/servers'],
  [200, 'GET', '/v0.1/x/dev.toolhive/skills'],
  [200, 'GET', '/api/v0/servers'],
  [200, 'GET', '/health'],
  [400, 'GET', '/v0.1/servers?limit=x'],
  [400, 'GET', '/v0.1/servers/%zz/versions'],
  [404, 'GET', '/v0.1/servers/nobody/versions/latest'],
  [404, 'GET', '/registry/nowhere/v0.1/servers'],
  [404, 'GET', '/nothing'],
  [405, 'DELETE', '/v0.1/servers'],
  [501, 'POST', '/v0.1/publish'],
];

describe('headers of every answer', () => {
  const registry = useRegistry();

  it.each(ANSWERS)('%i to %s %s has those for browsers and for safety', async (status, method, path) => {
    const { headers, ...answer } = await registry.send(method, path, {
      headers: { origin: 'vscode-file://vscode-app' },
    });

    expect(answer.status).toBe(status);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-headers']).toBe('Authorization, Content-Type');
    expect(headers['access-control-expose-headers']).toBe('ETag, Link, Content-Length');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-request-id']).toMatch(UUID);
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-methods']).toBe(
      ['GET', 'HEAD'].includes(method) ? 'GET, OPTIONS' : `GET, OPTIONS, ${method}`,
    );
  });

  it.each(['/v0.1/servers', '/v0.1/servers/nobody', '/registry/nowhere/v0.1/servers', '/nothing', '/%zz'])(
    'answers the preflight of %s before anything else looks at it',
    async (path) => {
      const answer = await registry.send('OPTIONS', path, {
        headers: { origin: 'https://example.com', 'access-control-request-method': 'GET' },
      });

      expect([answer.status, answer.body.length]).toEqual([204, 0]);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, OPTIONS',
        'access-control-allow-headers': 'Authorization, Content-Type',
        'access-control-max-age': '86400',
        'x-content-type-options': 'nosniff',
      });
    },
  );

  it('allows the headers that a preflight asks for', async () => {
    const { headers } = await registry.send('OPTIONS', '/v0.1/servers', {
      headers: {
        origin: 'https://example.com',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization, x-tenant-id',
      },
    });

    expect(headers['access-control-allow-headers']?.toLowerCase()).toBe('authorization, x-tenant-id');
  });

  it.each(['abc', 'a1b2-c3d4', 'trace.1:span_2', 'x'.repeat(128)])('echoes the request id %j', async (id) => {
    expect((await registry.get('/v0.1/ping', { 'x-request-id': id })).headers['x-request-id']).toBe(id);
  });

  it.each(['', 'a b', 'a"b', '<script>', 'é', 'x'.repeat(5000)])('replaces the request id %j', async (id) => {
    const { headers } = await registry.get('/v0.1/ping', {
      'x-request-id': Buffer.from(id).toString('latin1'),
    });

    expect(headers['x-request-id']).toMatch(UUID);
  });

  it('gives each request an id of its own', async () => {
    const ids = new Set<unknown>();
    for (let at = 0; at < 5; at += 1) ids.add((await registry.get('/v0.1/ping')).headers['x-request-id']);

    expect(ids.size).toBe(5);
  });
});
