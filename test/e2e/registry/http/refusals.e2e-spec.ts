import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { useRegistry, type RegistryServer } from '../../../support/registry-server.js';

const FORECAST = '/v0.1/servers/com.example.weather%2Fforecast';

/** Sends bytes as they are and returns the answer as it came; empty when the connection ends without one. */
function sendRaw(registry: RegistryServer, text: string): Promise<string> {
  const { hostname, port } = new URL(registry.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'));
    socket.setTimeout(2000, () => socket.end());
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

describe('requests that are refused', () => {
  const registry = useRegistry();

  it.each([
    ['DELETE', '/v0.1/servers', 'GET, HEAD, OPTIONS'],
    ['POST', '/v0/servers', 'GET, HEAD, OPTIONS'],
    ['PUT', FORECAST, 'GET, HEAD, OPTIONS'],
    ['POST', `${FORECAST}/versions`, 'GET, HEAD, OPTIONS'],
    ['PATCH', `${FORECAST}/versions/1.0.0`, 'DELETE, GET, HEAD, OPTIONS, PUT'],
    ['GET', '/v0.1/publish', 'OPTIONS, POST'],
    ['POST', '/registry', 'GET, HEAD, OPTIONS'],
    ['POST', '/registry/default/v0.1/servers', 'GET, HEAD, OPTIONS'],
    ['POST', '/v0.1/x/dev.toolhive/skills', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/v0/servers', 'GET, HEAD, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['TRACE', '/v0.1/servers', 'GET, HEAD, OPTIONS'],
  ])('%s %s is a 405 that names what is allowed', async (method, path, allow) => {
    const answer = await registry.send(method, path);
    const problem = answer.json<{ status: number; detail: string; error: string }>();

    expect([answer.status, answer.headers['allow']]).toEqual([405, allow]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problem).toMatchObject({ status: 405, error: problem.detail });
  });

  it.each(
    ['', '/registry/default'].flatMap((base) => [
      ['POST', `${base}/v0.1/publish`],
      ['POST', `${base}/v0/publish`],
      ['PUT', `${base}${FORECAST}/versions/1.0.0`],
      ['PUT', `${base}/v0.1/servers/com.example.weather/forecast/versions/1.0.0`],
      ['DELETE', `${base}${FORECAST}/versions/1.0.0`],
      ['PATCH', `${base}${FORECAST}/versions/1.0.0/status`],
      ['PATCH', `${base}${FORECAST}/status`],
    ]),
  )('%s %s is a 501 with a body, for there is no managed source', async (method, path) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await registry.send(method, path, { headers, body: '{"name":"com.example/a"}' });
    const problem = answer.json<{ status: number; detail: string; error: string }>();

    expect(answer.status).toBe(501);
    expect(problem.detail).not.toBe('');
    expect(problem).toMatchObject({ status: 501, error: problem.detail });
  });

  it.each([
    '/v0.1/servers/%00/versions',
    '/v0.1/servers/a%00b%2Fc/versions/latest',
    '/v0.1/servers?search=%00',
    '/v0.1/servers?search=%zz&tag=%ff',
    '/v0.1/servers/%zz',
    '/v0.1/servers/%/versions',
    '/v0.1/servers/%C3%28/versions/latest',
    '/v0.1/servers/%ED%A0%80/versions',
    '/registry/%zz/v0.1/servers',
    '/registry/%00/v0.1/servers',
    '/registry/%2e%2e/v0.1/servers',
    '/registry//v0.1/servers',
    '/v0.1/servers/../../../etc/passwd',
    '/v0.1/servers/..%2f..%2fetc%2fpasswd/versions',
    '/v0.1/x/dev.toolhive/skills/%zz/%00',
    '/v0.1/x/dev.toolhive/skills/a%2Fb/c/versions/d',
    '/api/v0/servers/%00?format=toolhive',
    '/api/v0/servers?format[]=toolhive&format[x]=1',
    '/%',
    '/%00',
    '//',
    '/?',
    '/v0.1/servers;a=b',
    '/v0.1/servers%3Flimit=1',
    '/v0.1/servers\\..\\x',
    `/v0.1/servers?${'limit=1&'.repeat(1500)}`,
    `/v0.1/servers?search=${'a+'.repeat(2000)}`,
    `/v0.1/servers/${'a'.repeat(8000)}/versions`,
    '/a'.repeat(5000),
    `/v0.1/servers/${'x%2F'.repeat(2000)}`,
    `/registry/${'%25'.repeat(2000)}/v0.1/servers`,
    `${'/v0.1'.repeat(2000)}/servers`,
  ])('%.60s is no fault of the server', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      const { status } = await registry.send(method, path);
      // Writes may end in 501, which is an answer and no fault.
      expect([method, status < 500 || status === 501]).toEqual([method, true]);
    }
    expect((await registry.get('/v0.1/ping')).status).toBe(200);
  });

  it.each([
    ['an address of 100 KB', `GET /v0.1/servers?search=${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a path of 100 KB', `GET /${'a/'.repeat(50_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a header of 100 KB', `GET /v0.1/servers HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['2,000 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: aaaaaaaa\r\n'.repeat(2000)}\r\n`],
    ['no HTTP', 'hello\r\n\r\n'],
    ['an unknown method', 'HELLO /v0.1/servers HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no Host', 'GET /v0.1/servers HTTP/1.1\r\n\r\n'],
    ['a target without a slash', 'GET v0.1/servers HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an absolute target', 'GET http://other.example/v0.1/servers HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an asterisk', 'GET * HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['raw bytes in the path', 'GET /v0.1/servers/\xff\xfe/versions HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ])('survives %s', async (_what, text) => {
    const answer = await sendRaw(registry, text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));

    expect(answer).toMatch(/^HTTP\/1\.1 [1-4]\d\d /);
    expect((await registry.get('/v0.1/ping')).status).toBe(200);
  });

  it.each([
    ['431', `GET /v0.1/servers?search=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['400', 'HELLO /v0.1/servers HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['417', 'GET /v0.1/servers HTTP/1.1\r\nHost: x\r\nExpect: more\r\nConnection: close\r\n\r\n'],
  ])('has the headers of every answer in the %s that no route gives', async (status, text) => {
    const [head = ''] = (await sendRaw(registry, text)).split('\r\n\r\n', 1);

    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/^X-Content-Type-Options: nosniff\r?$/m);
    expect(head).toMatch(/^X-Request-Id: \S+\r?$/m);
    expect(head).toMatch(/^Access-Control-Allow-Origin: \*\r?$/m);
  });
});
