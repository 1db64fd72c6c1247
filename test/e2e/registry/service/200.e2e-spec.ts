import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { useRegistry } from '../../../support/registry-server.js';

interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly description: string };
  readonly paths: Record<string, object>;
}
const DESCRIPTIONS = ['/openapi.json', '/api/openapi.json', '/openapi.yaml'];

describe('service routes', () => {
  const registry = useRegistry();

  it.each(['/v0.1', '/v0', '/registry/default/v0.1', '/registry/default/v0'])(
    'GET %s/ping, /health and /version',
    async (base) => {
      expect((await registry.get(`${base}/ping`)).json()).toEqual({ pong: true });
      expect((await registry.get(`${base}/health`)).json()).toEqual({ status: 'ok' });
      const version = (await registry.get(`${base}/version`)).json<Record<string, string>>();
      expect(Object.keys(version)).toEqual(['version', 'git_commit', 'build_time']);
      for (const value of Object.values(version)) expect(value).toMatch(/./);
    },
  );

  it('GET /health, /readiness and /version tell the state of the process', async () => {
    expect((await registry.get('/health')).json()).toEqual({ status: 'healthy' });
    expect((await registry.get('/readiness')).json()).toMatchObject({ status: 'ready' });
    const version = (await registry.get('/version')).json<Record<string, string>>();
    expect(Object.keys(version)).toEqual(['version', 'commit', 'build_date', 'node_version', 'platform']);
    expect(version).toMatchObject({ node_version: process.version });
  });

  it('GET /readiness shows the state of every part', async () => {
    expect((await registry.get('/readiness')).json<{ components: object }>().components).toMatchObject({
      catalog: { status: 'ok' },
      'source:sample': { status: 'ok' },
    });
  });

  it('GET /api/v1beta/version and /api/v1beta/status, as `thv serve` documents them', async () => {
    const { version } = (await registry.get('/version')).json<{ version: string }>();

    expect((await registry.get('/api/v1beta/version')).json()).toEqual({ version });
    expect((await registry.get('/api/v1beta/status')).json()).toEqual({ status: 'ok', version });
  });

  it.each(DESCRIPTIONS.flatMap((path) => [path, `/registry/default${path}`]))(
    '%s has the markers that older federating servers probe for',
    async (path) => {
      const answer = await registry.get(path);
      const head = await registry.send('HEAD', path);
      const description = parse(answer.text) as Description;

      expect([answer.status, head.status]).toEqual([200, 200]);
      expect(answer.headers['content-type']).toMatch(path.endsWith('json') ? /json/ : /yaml/);
      expect(description.openapi).toMatch(/^3\./);
      expect(description.info.version).toBe('1.0.0');
      expect(description.info.description).toContain('https://github.com/modelcontextprotocol/registry');
      expect(Object.keys(description.paths)).toEqual(
        expect.arrayContaining([
          '/v0.1/servers',
          '/v0.1/servers/{name}/versions/{version}',
          '/v0.1/x/dev.toolhive/skills',
          '/v0.1/x/dev.toolhive/plugins/{namespace}/{name}',
        ]),
      );
    },
  );

  it('describes the same as JSON and as YAML', async () => {
    const [json, , yaml] = await Promise.all(DESCRIPTIONS.map((path) => registry.get(path)));

    expect(parse(yaml?.text ?? '')).toEqual(JSON.parse(json?.text ?? ''));
  });

  it('GET /api/doc is a page that loads nothing from elsewhere', async () => {
    const page = await registry.get('/api/doc');
    const assets = [...page.text.matchAll(/(?:src|href)="([^"#]*)"/g)].map(([, asset = '']) => asset.trim());

    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      expect(asset).not.toMatch(/^(?:[a-z]+:)?\/\//);
      const { pathname } = new URL(asset, `${registry.url}/api/doc`);
      expect([pathname, (await registry.get(pathname)).status]).toEqual([pathname, 200]);
    }
  });
});
