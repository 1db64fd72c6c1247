import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFileOf } from '../../../support/documents.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../../support/postgresql.js';
import { runProgram } from '../../../support/program.js';
import {
  listed,
  RegistryServer,
  type ServerItem,
  type ServerList,
} from '../../../support/registry-server.js';

/** Clients that send no token, with what they ask for below a base address. */
const TOOL = encodeURIComponent('com.example/tool');
const CLIENTS = {
  'VS Code': {
    headers: { origin: 'vscode-file://vscode-app' },
    requests: [
      ['/v0.1/servers?limit=1', 200],
      ['/v0/servers?limit=1', 200],
      ['/v0.1/servers?limit=50&version=latest', 200],
      ['/v0.1/servers?limit=50&version=latest&search=tool', 200],
      [`/v0.1/servers/${TOOL}/versions/latest`, 200],
      [`/v0.1/servers/${TOOL}/versions/1.0.0`, 200],
      ['/v0.1/servers/com.example%2Fledger/versions/latest', 404],
      ['/v0.1/servers/no-slash/versions/latest', 404],
    ],
  },
  'Copilot CLI': {
    headers: { accept: 'application/json' },
    requests: [
      [`/v0.1/servers/${TOOL}/versions/latest`, 200],
      ['/v0.1/servers/com.example%2Fledger/versions/latest', 404],
      ['/v0.1/servers?limit=30', 200],
      ['/v0.1/servers?limit=30&search=tool', 200],
      ['/servers?limit=30&search=tool', 200],
    ],
  },
} as const;

describe.skipIf(!hasPostgresql)('clients that cannot log in, at a registry that wants tokens', () => {
  let cluster: PostgresqlCluster;
  const registry = new RegistryServer();
  let base = '';

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await cluster.createDatabase('registry');
    const credentials = { user: SUPERUSER, password: SUPERUSER, database: 'registry', sslMode: 'disable' };
    const syncPolicy = { interval: '1h' };
    await registry.start({
      isReady: false,
      config: (directory) => {
        writeFileSync(join(directory, 'tools.json'), registryFileOf('com.example/tool', 'com.example/other'));
        writeFileSync(join(directory, 'finance.json'), registryFileOf('com.example/ledger'));
        return {
          sources: ['tools', 'finance'].map((name) => ({
            name,
            file: { path: join(directory, `${name}.json`) },
            syncPolicy,
            claims: { team: name },
          })),
          registries: [{ name: 'default', sources: ['tools', 'finance'], claims: { team: [] } }],
          database: { host: '127.0.0.1', port: cluster.port, ...credentials },
          auth: {
            mode: 'oauth',
            oauth: { providers: [{ name: 'id', issuerUrl: 'http://127.0.0.1:9', audience: 'registry' }] },
            authz: { roles: {} },
          },
        };
      },
    });
    await registry.until(async () => (await registry.get('/readiness')).status === 200);
  }, 90_000);

  afterAll(() => registry.close());

  async function view(...args: string[]): Promise<string> {
    const config = ['--config', join(registry.directory, 'config.json')];
    const { code, stdout, stderr } = await runProgram(['view', ...args, ...config]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    return stdout;
  }

  const addressIn = (text: string) => /^\/view\/\S+$/m.exec(text)?.[0] ?? '';

  it('get an address from the command line, which a server that runs knows at once', async () => {
    expect((await registry.get('/v0.1/servers')).status).toBe(401);

    base = addressIn(
      await view('create', 'editors', '--registry', 'default', '--claims', '{"team":"tools"}'),
    );
    await registry.until(async () => (await registry.get(`${base}/v0.1/servers`)).status === 200);

    expect(await view('list')).toBe('editors  shows default, with {"team":"tools"}, one token\n');
  });

  it.each(Object.entries(CLIENTS))(
    '%s finds what the claims of its view allow',
    async (_client, { headers, requests }) => {
      for (const [path, status] of requests) {
        const answer = await registry.get(base + path, headers);
        expect([path, answer.status]).toEqual([path, status]);
        expect(answer.headers['access-control-allow-origin']).toBe('*');
        if (status !== 200) continue;
        expect(answer.text).not.toContain('ledger');
        const items = path.includes('/versions/')
          ? [answer.json<ServerItem>()]
          : answer.json<ServerList>().servers;
        expect(items.length).toBeGreaterThan(0);
        for (const { server, _meta } of items)
          expect([server.version, typeof _meta]).toEqual(['1.0.0', 'object']);
      }
      const preflight = await registry.send('OPTIONS', `${base}/v0.1/servers`, { headers });
      expect(preflight.status).toBe(204);
    },
  );

  it('page through a view with the cursors that it gives', async () => {
    const pages = await registry.pages(`${base}/v0.1/servers?limit=1`, 'limit=1&');

    expect(pages.flatMap(listed)).toEqual(['com.example/other@1.0.0', 'com.example/tool@1.0.0']);
  });

  it('go on while the database is away, and lose the address when it is replaced and revoked', async () => {
    await cluster.stop('SIGKILL');
    expect((await registry.get(`${base}/v0.1/servers`)).status).toBe(200);
    expect((await registry.get(`${base}x/v0.1/servers`)).status).toBe(404);
    await cluster.start();

    const next = addressIn(await view('rotate', 'editors', '--overlap', '1h'));
    await registry.until(async () => (await registry.get(`${next}/v0.1/servers`)).status === 200);
    expect((await registry.get(`${base}/v0.1/servers`)).status).toBe(200);
    await view('revoke', 'editors');
    for (const address of [base, next]) {
      await registry.until(async () => (await registry.get(`${address}/v0.1/servers`)).status === 404);
    }
    expect(registry.log()).not.toContain('thvv_');
  }, 60_000);
});
