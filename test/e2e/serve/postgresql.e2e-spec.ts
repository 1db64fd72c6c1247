import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { APP, createOwnedDatabase, databaseBlock, MIGRATOR } from '../../support/primed-database.js';
import { runProgram } from '../../support/program.js';
import { inlineSource, listed, RegistryServer } from '../../support/registry-server.js';

const ENTRY = { name: 'com.example/one', description: 'd', version: '1.0.0' };
const DATA = { servers: [{ server: ENTRY }] };

describe.skipIf(!hasPostgresql)('serve on PostgreSQL', () => {
  let cluster: PostgresqlCluster;
  let directory: string;
  const servers: RegistryServer[] = [];

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    directory = mkdtempSync(join(tmpdir(), 'postgresql-e2e-'));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(directory, { recursive: true, force: true });
  });

  function settings(database: object): object {
    const registries = [{ name: 'default', sources: ['one'] }];
    return { sources: [inlineSource('one', DATA)], registries, database };
  }

  async function serve(database: object, isReady = true): Promise<RegistryServer> {
    const server = new RegistryServer();
    servers.push(server);
    await server.start({ config: () => settings(database), isReady });
    return server;
  }

  async function prime(database: string): Promise<void> {
    await createOwnedDatabase(cluster, database);
    const path = join(directory, `${database}.json`);
    writeFileSync(path, JSON.stringify(settings(databaseBlock(cluster, database))));
    const primed = await runProgram(['prime', '--config', path]);
    expect(primed.stderr).toBe('');
  }

  /** The state of the store as `/readiness` tells it. */
  async function storeState(server: RegistryServer): Promise<{ status: string; detail?: string }> {
    const answer = await server.get('/readiness');
    return answer.json<{ components: { store: { status: string; detail?: string } } }>().components.store;
  }

  it('migrates as one user, then syncs and serves as another that has no right to change the schema', async () => {
    await prime('least');
    const server = await serve(databaseBlock(cluster, 'least'));
    expect(listed(await server.list('/v0.1/servers'))).toEqual(['com.example/one@1.0.0']);
    await server.restart();
    expect(listed(await server.list('/v0.1/servers'))).toEqual(['com.example/one@1.0.0']);

    const owners = await cluster.query(
      `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'public'`,
      [],
      'least',
    );
    expect(owners).toEqual([{ owner: MIGRATOR }]);
    const asApp = { user: APP, database: 'least' };
    await expect(cluster.queryAs(asApp, 'CREATE TABLE more (id int)')).rejects.toThrow(/permission denied/);
    await expect(cluster.queryAs(asApp, 'ALTER TABLE entry ADD more int')).rejects.toThrow(/must be owner/);
    await expect(cluster.queryAs(asApp, 'DELETE FROM migrations')).rejects.toThrow(/permission denied/);
  });

  it('lives without being ready while the database is away, says why once, and is ready when it is back', async () => {
    await prime('away');
    await cluster.stop();
    const server = await serve(databaseBlock(cluster, 'away'), false);
    await server.until(async () => (await storeState(server)).status === 'failed');
    expect((await storeState(server)).detail).toBe(
      `No database listens at 127.0.0.1:${cluster.port}: start it, or check database.host and database.port`,
    );
    expect((await server.get('/health')).status).toBe(200);
    expect((await server.get('/readiness')).status).toBe(503);
    const read = await server.get('/v0.1/servers');
    expect([read.status, read.headers['retry-after']]).toEqual([503, '5']);

    await cluster.start();
    await server.until(async () => (await server.get('/v0.1/servers')).status === 200);
    expect(await storeState(server)).toEqual({ status: 'ok' });
    expect(server.log().match(/No database listens/g)).toHaveLength(1);
  });

  it('waits for somebody to migrate when it may not, and goes on by itself then', async () => {
    await prime('manual');
    const server = await serve({ ...databaseBlock(cluster, 'manual'), autoMigrate: false }, false);
    await server.until(async () => (await storeState(server)).status === 'failed');
    expect((await storeState(server)).detail).toMatch(
      /autoMigrate is false: run thv-registry-api migrate up$/,
    );

    const path = join(directory, 'manual.json');
    expect((await runProgram(['migrate', 'up', '--yes', '--config', path])).code).toBe(0);
    await server.until(async () => (await server.get('/v0.1/servers')).status === 200);
  });
});
