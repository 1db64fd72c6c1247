import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer } from '../../../support/program.js';

const WHERE = /"(Operations on|Listening on) (http:[^"]+)"/g;

describe('serve --no-openapi --internal-address 127.0.0.1:0', () => {
  let internal = '';
  let main = '';

  beforeAll(async () => {
    const places = ['--host', '127.0.0.1', '--port', '0', '--internal-address', '127.0.0.1:0'];
    const server = await startServer([...places, '--no-openapi']);
    const addresses = await vi.waitFor(() => {
      const printed = new Map([...server.stderr().matchAll(WHERE)].map(([, what, url]) => [what, url]));
      if (printed.size < 2) throw new Error(`It has not printed both addresses: ${server.stderr()}`);
      return printed;
    }, 10_000);
    internal = addresses.get('Operations on') ?? '';
    main = addresses.get('Listening on') ?? '';
    await vi.waitFor(async () => {
      const { status } = await fetch(`${main}/v0.1/servers`);
      if (status !== 200) throw new Error(`The list of servers answers ${status}`);
    }, 30_000);
  });

  it.each(['/health', '/readiness', '/version'])('serves %s on both listeners', async (path) => {
    const [inside, outside] = await Promise.all([fetch(internal + path), fetch(main + path)]);

    expect([inside.status, outside.status]).toEqual([200, 200]);
    expect(await inside.json()).toEqual(await outside.json());
  });

  it.each(['/v0.1/servers', '/registry', '/openapi.json', '/nothing'])(
    'does not serve %s on the internal one, and says so as a problem',
    async (path) => {
      const answer = await fetch(internal + path);

      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-request-id')).toMatch(/./);
    },
  );

  it.each([
    '/health/../v1/me',
    '/health#/v1/me',
    '/health?/../v1/me',
    'http://a.test/v1/me',
    '//v1/me',
    '/v1/me/',
  ])('does not take %s on the internal one for the administration', async (path) => {
    const { port } = new URL(internal);
    const sent = request({ host: '127.0.0.1', port, path }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];

    expect(await text(answer)).not.toContain('anonymous');
  });

  it.each([
    '/openapi.json',
    '/openapi.yaml',
    '/api/openapi.json',
    '/registry/default/openapi.yaml',
    '/api/doc',
  ])('has no %s', async (path) => {
    expect((await fetch(main + path)).status).toBe(404);
  });
});
