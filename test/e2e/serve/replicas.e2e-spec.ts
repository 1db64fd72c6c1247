import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFileOf } from '../../support/documents.js';
import { hasPgbouncer, startPgbouncer, type Pooler } from '../../support/pgbouncer.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../support/postgresql.js';
import { APP, createOwnedDatabase, databaseBlock, MIGRATOR } from '../../support/primed-database.js';
import { runProgram } from '../../support/program.js';
import { listed, RegistryServer } from '../../support/registry-server.js';

const LIST = '/v0.1/servers';

describe.skipIf(!hasPostgresql)('several replicas on one database', () => {
  let cluster: PostgresqlCluster;
  let pooler: Pooler | undefined;
  let directory: string;
  const servers: RegistryServer[] = [];

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    if (hasPgbouncer) pooler = await startPgbouncer(cluster, [SUPERUSER, MIGRATOR, APP]);
    directory = mkdtempSync(join(tmpdir(), 'replicas-'));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await pooler?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Every replica watches a file of its own: what is changed in one file reaches the others by the database alone. */
  function settings(at: { readonly port: number }, database: string, path: string): object {
    const syncPolicy = { interval: '1h', allowMassRemoval: true };
    return {
      sources: [{ name: 'one', file: { path }, syncPolicy }],
      registries: [{ name: 'default', sources: ['one'] }],
      database: databaseBlock(at, database),
    };
  }

  async function startAll(at: { readonly port: number }, database: string): Promise<RegistryServer[]> {
    await createOwnedDatabase(cluster, database);
    const config = join(directory, 'prime.json');
    writeFileSync(config, JSON.stringify(settings(cluster, database, '/nowhere')));
    expect((await runProgram(['prime', '--config', config])).stderr).toBe('');
    const replicas = [0, 1, 2].map(() => new RegistryServer());
    servers.push(...replicas);
    await Promise.all(
      replicas.map((replica) =>
        replica.start({
          config: (home) => {
            const path = join(home, 'registry.json');
            writeFileSync(path, registryFileOf('a/first'));
            return settings(at, database, path);
          },
        }),
      ),
    );
    for (const replica of replicas) expect(listed(await replica.list(LIST))).toEqual(['a/first@1.0.0']);
    return replicas;
  }

  /** Changes what the first reads, and waits until all serve that. */
  async function change(replicas: readonly RegistryServer[], name: string): Promise<void> {
    writeFileSync(join(replicas[0]?.directory ?? '', 'registry.json'), registryFileOf(name));
    const path = `${LIST}/${encodeURIComponent(name)}/versions/latest`;
    for (const replica of replicas) {
      await replica.until(async () => (await replica.get(path)).status === 200);
    }
  }

  async function migratedTwice(database: string): Promise<unknown[]> {
    return cluster.query('SELECT name FROM migrations GROUP BY name HAVING count(*) > 1', [], database);
  }

  it('start at once on an empty database: one migrates, all serve, and a change of one reaches all', async () => {
    const replicas = await startAll(cluster, 'direct');
    expect(await migratedTwice('direct')).toEqual([]);
    await change(replicas, 'a/second');
  }, 120_000);

  it.skipIf(!hasPgbouncer)(
    'do so behind a pooler in transaction mode too, where they look for changes',
    async () => {
      if (pooler === undefined) throw new Error('There is no pooler');
      const replicas = await startAll(pooler, 'pooled');
      expect(await migratedTwice('pooled')).toEqual([]);
      await change(replicas, 'a/second');
      const isDeaf = (replica: RegistryServer) => /Notifications of the database do not/.test(replica.log());
      for (const replica of replicas) await replica.until(() => Promise.resolve(isDeaf(replica)));
    },
    120_000,
  );
});
