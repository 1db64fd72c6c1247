import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

const FORECAST = 'com.example.weather%2Fforecast';

describe('what is not there', () => {
  const registry = useRegistry();

  it.each([
    '/v0.1/servers/nobody',
    '/v0.1/servers/nobody/versions',
    '/v0.1/servers/nobody/versions/latest',
    '/v0.1/servers/com.example%2Fnothing/versions/1.0.0',
    '/v0.1/servers/COM.example.weather%2Fforecast/versions/latest',
    '/v0.1/servers/com.example.weather%2F/versions',
    '/v0.1/servers/%2Fforecast/versions',
    '/v0.1/servers/a%2Fb%2Fc/versions',
    '/v0.1/servers/%20/versions',
    '/v0.1/servers/%F0%9F%8C%A6/versions/latest',
    '/v0.1/servers/__proto__/versions/latest',
    '/v0.1/servers/constructor',
    "/v0.1/servers/'%20OR%201=1%20--/versions",
    `/v0.1/servers/${FORECAST}/versions/9.9.9`,
    `/v0.1/servers/${FORECAST}/versions/LATEST`,
    `/v0.1/servers/${FORECAST}/versions/v1.1.0`,
    `/v0.1/servers/${FORECAST}/versions/%20`,
    `/v0.1/servers/${FORECAST}/versions/..%2F1.0.0`,
    `/v0.1/servers/${FORECAST}/versions/1.0.0/more`,
    '/registry/nowhere/v0.1/servers',
    `/registry/nowhere/v0.1/servers/${FORECAST}/versions/latest`,
    '/registry/sample/v0.1/servers',
    '/registry/__proto__/v0.1/servers',
    '/v0.2/servers',
    '/v0.1',
    '/v0.1/nothing',
    '/V0.1/servers',
    '/v0.1/Servers',
    '/nothing/at/all',
    '/',
  ])('%s is a 404 problem', async (path) => {
    const answer = await registry.get(path);
    const problem = answer.json<{ status: number; detail: string; error: string }>();

    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(problem).toMatchObject({ status: 404, error: problem.detail });
  });

  it('has no body for HEAD', async () => {
    const head = await registry.send('HEAD', '/v0.1/servers/nobody/versions');

    expect([head.status, head.body.length]).toEqual([404, 0]);
  });
});
