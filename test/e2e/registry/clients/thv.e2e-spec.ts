import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listed, useRegistry, type Answer, type ServerList } from '../../../support/registry-server.js';

const HEADERS = { 'user-agent': 'ToolHive/v0.9.0 (linux/amd64) go/go1.24', 'accept-encoding': 'gzip' };
const FORECAST = 'com.example.weather%2Fforecast';

/** The body as a client reads it that accepts gzip. */
function bodyOf({ headers, body }: Answer): unknown {
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return JSON.parse(plain.toString('utf8'));
}

describe('thv', () => {
  const registry = useRegistry();

  /** All pages as `thv` fetches them: it sends limit and version again, beside the cursor. */
  async function crawl(base: string, limit: number): Promise<ServerList[]> {
    const pages: ServerList[] = [];
    let cursor = '';
    do {
      const path = `${base}/v0.1/servers?limit=${limit}&version=latest${cursor}`;
      const answer = await registry.get(path, HEADERS);
      expect(answer.status).toBe(200);
      const page = bodyOf(answer) as ServerList;
      pages.push(page);
      const next = page.metadata.nextCursor;
      cursor = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
    } while (cursor !== '');
    return pages;
  }

  it.each(['', '/registry/default'])('takes the base %j for a registry by its probe', async (base) => {
    const probe = await registry.get(`${base}/v0.1/servers?limit=1&version=latest`, {
      'user-agent': 'Go-http-client/1.1',
      'accept-encoding': 'gzip',
    });

    expect(probe.status).toBe(200);
    expect(probe.headers['content-type']).toContain('application/json');
    expect(bodyOf(probe)).toMatchObject({ servers: [{}], metadata: {} });
  });

  it.each(['', '/registry/default'])('crawls base %j one server a request, and a hundred', async (base) => {
    const single = await crawl(base, 1);
    const whole = await crawl(base, 100);

    expect([single.length, whole.length]).toEqual([13, 1]);
    expect(single.flatMap(listed)).toEqual(whole.flatMap(listed));
    const times = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
    for (const { server, _meta } of whole.flatMap(({ servers }) => servers)) {
      const official = _meta['io.modelcontextprotocol.registry/official'];
      expect(server.name).toMatch(/./);
      for (const time of [official.publishedAt, official.updatedAt]) expect(time).toMatch(times);
    }
  });

  it('HEAD of the base reaches the server', async () => {
    for (const base of ['/', '/registry/default']) {
      expect((await registry.send('HEAD', base)).status).toBeLessThan(500);
    }
  });

  it.each([
    [`/v0.1/servers/${FORECAST}/versions/latest`, 200],
    ['/v0.1/servers/io.github.stacklok%2Fforecast/versions/latest', 404],
    ['/v0.1/servers/forecast/versions/latest', 404],
    ['/v0.1/servers?search=forecast&version=latest', 200],
    ['/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review', 200],
    ['/v0.1/x/dev.toolhive/skills/com.example.ops/none', 404],
    ['/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review/versions', 200],
    ['/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review/versions/0.4.1', 200],
    ['/v0.1/x/dev.toolhive/plugins/com.example.ops/on-call-kit', 200],
    ['/v0.1/x/dev.toolhive/plugins?limit=100&search=kit', 200],
  ])('%s answers %i', async (path, status) => {
    const answer = await registry.get(path, HEADERS);

    expect(answer.status).toBe(status);
    expect(bodyOf(answer)).toBeTypeOf('object');
  });

  it('of November 2025 takes the base for a registry by its API description', async () => {
    for (const path of ['/openapi.yaml', '/registry/default/openapi.yaml']) {
      expect((await registry.send('HEAD', path)).status).toBe(200);
      const { text } = await registry.get(path, { 'user-agent': HEADERS['user-agent'] });
      expect(text).toMatch(/^ {2}version: ["']?1\.0\.0["']?$/m);
      expect(text).toContain('https://github.com/modelcontextprotocol/registry');
    }
  });

  it('finds a skill to install by the last part of its name', async () => {
    const answer = await registry.get('/v0.1/x/dev.toolhive/skills?search=incident-review', HEADERS);

    expect(bodyOf(answer)).toMatchObject({
      skills: [{ namespace: 'com.example.ops', packages: [{ registryType: 'oci' }] }],
      metadata: { count: 1 },
    });
  });

  it.each(['skills', 'plugins'])('fetches all %s', async (kind) => {
    const answer = await registry.get(`/v0.1/x/dev.toolhive/${kind}?limit=100`, HEADERS);

    expect(Object.keys(bodyOf(answer) as object)).toEqual([kind, 'metadata']);
  });
});
