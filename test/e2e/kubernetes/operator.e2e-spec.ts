import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { startServer } from '../../support/program.js';

const PATIENCE = { timeout: 30_000, interval: 50 };
/** Nobody listens there: what cannot be reached must not keep a pod from starting. */
const UNREACHABLE = '127.0.0.1:1';
const TOOLHIVE = JSON.stringify({
  version: '1.0.0',
  last_updated: '2025-11-20T00:00:00Z',
  servers: {
    fetch: {
      description: 'Fetches pages',
      image: 'ghcr.io/example/fetch:1.0.0',
      transport: 'stdio',
      status: 'Active',
      tier: 'Community',
      tools: ['fetch'],
      tags: ['web'],
    },
  },
});

interface OperatorConfiguration {
  readonly since: string;
  readonly config: string;
}

const fixture = new URL('../../fixtures/kubernetes/operator-configurations.yaml', import.meta.url);
const CONFIGURATIONS = parse(readFileSync(fixture, 'utf8')) as OperatorConfiguration[];
const withoutDatabase = CONFIGURATIONS.filter(({ config }) => !config.includes('database:'));
const withDatabase = CONFIGURATIONS.filter(({ config }) => config.includes('database:'));

describe('a configuration of the operator', () => {
  const directory = mkdtempSync(join(tmpdir(), 'operator-'));
  const passwords = join(directory, 'pgpass');

  afterAll(() => rmSync(directory, { recursive: true }));

  /** The volume of the pod, with hosts that a test can answer for. */
  function mount(config: string, database: { readonly port: number; readonly name: string }): string {
    for (const path of ['registry', 'registry/files']) {
      mkdirSync(join(directory, path), { recursive: true });
      writeFileSync(join(directory, path, 'registry.json'), TOOLHIVE);
    }
    const path = join(directory, 'config.yaml');
    const text = config
      .replaceAll('/config/', `${dirname(path)}/`)
      .replaceAll(/https:\/\/[a-z]+\.example\.com/g, `http://${UNREACHABLE}`)
      .replace('host: postgres', 'host: 127.0.0.1')
      .replace('port: 5432', `port: ${database.port}`)
      .replace('database: registry', `database: ${database.name}`);
    writeFileSync(path, text);
    return path;
  }

  /** Starts it as the operator does, and asks the probes of both periods. Returns its exit code. */
  async function starts(config: string, database = { port: 1, name: 'none' }): Promise<number | null> {
    const place = ['--address', '127.0.0.1:0', '--internal-address', '127.0.0.1:0'];
    const server = await startServer([`--config=${mount(config, database)}`, ...place], {
      env: { PGPASSFILE: passwords, HOME: directory },
      timeoutMs: 20_000,
      cwd: directory,
    });
    const internal = /Operations on ([^\s"]+)["\s]/.exec(server.stderr())?.[1] ?? '';
    for (const address of [server.url, internal.replace(/\/$/, '')]) {
      for (const path of ['/health', '/readiness']) {
        await vi.waitFor(async () => expect((await fetch(`${address}${path}`)).status).toBe(200), PATIENCE);
      }
    }
    if (!config.includes('path: /config')) return server.stop();
    const found = config.includes('name: files') && !config.includes('sources:') ? '/registry/files' : '';
    const servers = [{ server: { name: 'io.github.stacklok/fetch' } }];
    const wanted = config.includes('mode: oauth') ? { status: 401 } : { status: 200, body: { servers } };
    const lists: [registry: string, wanted: object][] = [[found, wanted]];
    // What is written through the API alone is truly empty, and not to be taken for unread.
    if (config.includes('published-only'))
      lists.push(['/registry/published-only', { status: 200, body: { servers: [] } }]);
    for (const [registry, answer] of lists) {
      await vi.waitFor(async () => {
        const list = await fetch(`${server.url}${registry}/v0.1/servers`);
        expect({ status: list.status, body: await list.json() }).toMatchObject(answer);
      }, PATIENCE);
    }
    return server.stop();
  }

  it.each(withoutDatabase)('since $since starts unchanged', async ({ config }) => {
    expect(await starts(config)).toBe(0);
  });

  describe.skipIf(!hasPostgresql)('with a PostgreSQL server that can be reached', () => {
    let postgresql: PostgresqlCluster;

    beforeAll(async () => {
      postgresql = await PostgresqlCluster.create();
      await postgresql.query("CREATE ROLE db_app LOGIN PASSWORD 'app'");
      await postgresql.query("CREATE ROLE db_migrator LOGIN CREATEROLE PASSWORD 'migrator'");
      await postgresql.query('CREATE ROLE toolhive_registry_server');
      await postgresql.query('GRANT toolhive_registry_server TO db_app');
      await postgresql.query('GRANT toolhive_registry_server TO db_migrator WITH ADMIN OPTION');
      writeFileSync(passwords, '127.0.0.1:*:*:db_app:app\n127.0.0.1:*:*:db_migrator:migrator\n');
      chmodSync(passwords, 0o600);
    });

    it.each(withDatabase)('since $since starts unchanged', async ({ since, config }) => {
      const name = `operator_${CONFIGURATIONS.findIndex((one) => one.since === since)}`;
      await postgresql.createDatabase(name);
      await postgresql.query(`ALTER DATABASE ${name} OWNER TO db_migrator`);
      expect(await starts(config, { port: postgresql.port, name })).toBe(0);
    });
  });
});
