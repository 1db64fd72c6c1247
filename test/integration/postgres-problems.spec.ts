import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../src/config/registry-config.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { openPostgres, withMigrationUser } from '../../src/database/postgres-opening.js';
import { postgresPool } from '../../src/database/postgres-pool.js';
import { makeRuntimeUser, runtimeUserStatements } from '../../src/database/runtime-user.js';
import { migrateUp } from '../../src/database/schema-migration.js';
import { freePort, hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { APP, createOwnedDatabase, databaseConfig, MIGRATOR } from '../support/primed-database.js';

describe.skipIf(!hasPostgresql)('a database that cannot be used', () => {
  let cluster: PostgresqlCluster;
  let opened: DataSource | undefined;

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await createOwnedDatabase(cluster, 'good');
    await cluster.query(`CREATE ROLE stranger LOGIN PASSWORD 'stranger'`);
    const config = databaseConfig(cluster, 'good');
    const statements = await runtimeUserStatements({ name: APP, password: APP, owner: MIGRATOR });
    await withMigrationUser(config, async (dataSource) => {
      await makeRuntimeUser(dataSource, statements);
      await migrateUp(dataSource);
    });
  });
  afterEach(async () => {
    if (opened?.isInitialized === true) await opened.destroy();
  });

  async function open(change: Partial<DatabaseConfig>): Promise<void> {
    const config = { ...databaseConfig(cluster, 'good'), ...change };
    opened = new DataSource(dataSourceOptions({ pool: postgresPool(config, 'runtime') }));
    await openPostgres(config, opened);
  }

  it('is none when everything is right', async () => {
    await expect(open({})).resolves.toBeUndefined();
  });

  it.each<[string, Partial<DatabaseConfig>, RegExp]>([
    ['password', { password: 'wrong' }, /^The database refuses user db_app: check database\.user and/],
    ['user', { user: 'nobody' }, /^The database refuses user nobody: check database\.user/],
    ['database', { database: 'nowhere' }, /^There is no database nowhere: create it, or check database/],
    ['host', { host: 'db.invalid' }, /^The host of the database is not known \(db\.invalid:\d+\): check/],
    ['socket directory', { host: '/nowhere' }, /^No database listens in \/nowhere: start it, or check/],
    ['encryption', { sslMode: 'require' }, /^The server does not encrypt connections, and .* is require/],
    ['password file', { passwordFile: '/nowhere/pw' }, /^database\.passwordFile: .* there is no such file$/],
    ['rights', { user: 'stranger', password: 'stranger' }, /\(.*\): run thv-registry-api prime stranger$/],
  ])('names a wrong %s, and what to change, in one line without a secret', async (_what, change, line) => {
    const error = await open(change).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    expect((error as Error).message).toMatch(line);
    expect((error as Error).message).not.toMatch(/\n|wrong/);
  });

  it('names a port where nobody listens', async () => {
    const port = await freePort();
    await expect(open({ port })).rejects.toThrow(`No database listens at 127.0.0.1:${port}: start it`);
  });

  it('names the missing password', async () => {
    const { password: _password, ...config } = databaseConfig(cluster, 'good');
    const dataSource = new DataSource(dataSourceOptions({ pool: postgresPool(config, 'runtime') }));
    await expect(openPostgres(config, dataSource)).rejects.toThrow(
      'asks for the password of db_app and none is configured: set database.passwordFile',
    );
  });

  it('names a schema that is not there, and one that is newer', async () => {
    await createOwnedDatabase(cluster, 'empty');
    await expect(open({ database: 'empty', autoMigrate: false })).rejects.toThrow(
      /autoMigrate is false: run thv-registry-api migrate up$/,
    );
    await cluster.query(`INSERT INTO migrations (timestamp, name) VALUES (9, 'Later9')`, [], 'good');
    await expect(open({})).rejects.toThrow(/newer than this program, which does not know Later9: run the/);
    await cluster.query(`DELETE FROM migrations WHERE name = 'Later9'`, [], 'good');
  });

  it('names the migration user that may not change the schema', async () => {
    await cluster.query('CREATE DATABASE owned_by_another');
    await expect(open({ database: 'owned_by_another' })).rejects.toThrow(
      /^User db_migrator lacks rights .*: make db_migrator the owner of the database/,
    );
  });

  it('names a standby', async () => {
    await cluster.query('ALTER ROLE stranger SET default_transaction_read_only = on');
    await expect(open({ user: 'stranger', password: 'stranger' })).rejects.toThrow(/takes no changes/);
  });
});
