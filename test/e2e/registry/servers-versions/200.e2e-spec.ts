import { describe, expect, it } from 'vitest';
import { listed, useRegistry, type ServerItem } from '../../../support/registry-server.js';

const FORECAST = '/v0.1/servers/com.example.weather%2Fforecast';

describe('GET /v0.1/servers/{name}/versions', () => {
  const registry = useRegistry();

  it('shows the versions newest first, in one page whatever the limit', async () => {
    const expected = ['1.1.0', '1.1.0-rc.1', '1.0.0'].map(
      (version) => `com.example.weather/forecast@${version}`,
    );

    for (const query of ['', '?limit=1', '?include_deleted=true', '?limit=abc', '?cursor=x']) {
      const list = await registry.list(`${FORECAST}/versions${query}`);
      expect(listed(list)).toEqual(expected);
      expect(list.metadata).toEqual({ count: 3 });
    }
  });

  it('orders versions that are not semantic by their text when nothing else tells them apart', async () => {
    const list = await registry.list('/v0.1/servers/net.example.office%2Fcalendar/versions');

    expect(list.servers.map(({ server }) => server.version)).toEqual(['2026-09-15', '2026-03-01']);
  });

  it('shows one version, the latest by the word, and the latest without a word', async () => {
    const old = await registry.get(`${FORECAST}/versions/1.0.0`);
    const latest = await registry.get(`${FORECAST}/versions/latest`);

    expect(old.json<ServerItem>().server.version).toBe('1.0.0');
    expect(latest.json<ServerItem>().server.version).toBe('1.1.0');
    for (const path of [FORECAST, `${FORECAST}/versions/1.1.0`, `${FORECAST}/latest`]) {
      expect((await registry.get(path)).text).toBe(latest.text);
    }
  });

  it('shows each version byte for byte as the lists do', async () => {
    const whole = await registry.get('/v0.1/servers');
    const { servers } = await registry.list('/v0.1/servers');

    for (const { server } of servers) {
      const name = encodeURIComponent(server.name);
      const single = await registry.get(`/v0.1/servers/${name}/versions/${server.version}`);
      const versions = await registry.get(`/v0.1/servers/${name}/versions`);
      expect(whole.text).toContain(single.text);
      expect(versions.text).toContain(single.text);
    }
  });

  it('answers HEAD on each route', async () => {
    for (const path of ['', '/versions', '/versions/latest', '/versions/1.0.0']) {
      const head = await registry.send('HEAD', FORECAST + path);
      expect([head.status, head.body.length]).toEqual([200, 0]);
    }
  });
});
