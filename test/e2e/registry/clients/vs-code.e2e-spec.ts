import { describe, expect, it } from 'vitest';
import { listed, useRegistry, type ServerItem, type ServerList } from '../../../support/registry-server.js';

const ORIGIN = { origin: 'vscode-file://vscode-app' };

/** What the gallery of VS Code demands of a page before it shows any of it. */
function expectAccepted({ servers, metadata }: ServerList): void {
  expect(metadata).toBeTypeOf('object');
  for (const { server, _meta } of servers) {
    for (const text of [server.name, server.description, server.version]) expect(text).toMatch(/./);
    expect(_meta).toBeTypeOf('object');
  }
}

describe('VS Code', () => {
  const registry = useRegistry();

  it.each(['', '/registry/default'])('finds the registry at the base %j by its probe', async (base) => {
    for (const version of ['v0.1', 'v0']) {
      const probe = await registry.get(`${base}/${version}/servers?limit=1`, ORIGIN);

      expect([probe.status, probe.headers['access-control-allow-origin']]).toEqual([200, '*']);
      expectAccepted(probe.json());
    }
  });

  it('opens the gallery', async () => {
    const page = await registry.get('/v0.1/servers?limit=50&version=latest', ORIGIN);

    expect(page.headers['access-control-allow-origin']).toBe('*');
    expectAccepted(page.json());
    expect(listed(page.json())).toHaveLength(13);
  });

  it('searches, and scrolls on without sending the search again', async () => {
    const whole = listed(await registry.list('/v0.1/servers?limit=50&version=latest&search=search'));
    expect(whole.length).toBeGreaterThan(2);
    expect(whole.length).toBeLessThan(13);

    const found: string[] = [];
    let page = await registry.list('/v0.1/servers?limit=2&version=latest&search=search');
    for (;;) {
      expectAccepted(page);
      found.push(...listed(page));
      const { nextCursor } = page.metadata;
      if (nextCursor === undefined) break;
      // The cursor goes into the address as it is, without percent-encoding.
      page = await registry.list(`/v0.1/servers?limit=2&version=latest&cursor=${nextCursor}`);
    }
    expect(found).toEqual(whole);
  });

  it('asks whether an installed server is allowed', async () => {
    for (const base of ['/v0.1', '/registry/default/v0.1']) {
      for (const item of (await registry.list(`${base}/servers?version=latest`)).servers) {
        const { name, version } = item.server;
        const encoded = encodeURIComponent(name);
        for (const wanted of ['latest', version]) {
          const answer = await registry.get(`${base}/servers/${encoded}/versions/${wanted}`, ORIGIN);
          expect([answer.status, answer.json<ServerItem>().server.name]).toEqual([200, name]);
          expect(answer.json<ServerItem>()._meta).toBeTypeOf('object');
        }
      }
    }
  });

  it('takes only a 404 for "not in the registry", and must be able to read it', async () => {
    for (const name of ['io.example/unknown', 'com.example.weather/Forecast', 'no-slash']) {
      const answer = await registry.get(`/v0.1/servers/${encodeURIComponent(name)}/versions/latest`, ORIGIN);
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([404, '*']);
    }
  });
});
