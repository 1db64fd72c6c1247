import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { openPostgres, withMigrationUser } from '../../src/database/postgres-opening.js';
import { postgresPool } from '../../src/database/postgres-pool.js';
import { makeRuntimeUser, runtimeUserStatements } from '../../src/database/runtime-user.js';
import { migrateDown, migrateUp, readSchemaState } from '../../src/database/schema-migration.js';
import { hasPgbouncer, startPgbouncer } from '../support/pgbouncer.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { APP, createOwnedDatabase, databaseConfig, MIGRATOR } from '../support/primed-database.js';

const NAMES = MIGRATIONS.map(({ name }) => name);

describe.skipIf(!hasPostgresql)('the schema on PostgreSQL', () => {
  let cluster: PostgresqlCluster;
  const opened: DataSource[] = [];

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  });

  async function connect(url: string): Promise<DataSource> {
    const dataSource = await new DataSource(dataSourceOptions({ url })).initialize();
    opened.push(dataSource);
    return dataSource;
  }

  it('is what the entities say: the schema builder finds no difference', async () => {
    const dataSource = await connect(await cluster.createDatabase('drift'));
    await migrateUp(dataSource);
    const difference = await dataSource.driver.createSchemaBuilder().log();
    const statements = difference.upQueries.map(({ query }) => query);
    expect(statements).toEqual([]);
  });

  it('goes up, down and up again on data, step by step', async () => {
    const dataSource = await connect(await cluster.createDatabase('steps'));
    expect(await migrateUp(dataSource)).toEqual(NAMES);
    await dataSource.query(`INSERT INTO source (name, kind) VALUES ('one', 'file')`);
    await dataSource.query(`INSERT INTO entry (source, kind, name) VALUES ('one', 'server', 'a/b')`);
    for (const name of NAMES.toReversed()) expect(await migrateDown(dataSource, 1)).toEqual([name]);
    expect(await migrateDown(dataSource, 1)).toEqual([]);
    const tables = await dataSource.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    expect(tables).toEqual([{ tablename: 'migrations' }]);
    expect(await migrateUp(dataSource)).toEqual(NAMES);
    expect(await migrateUp(dataSource)).toEqual([]);
  });

  it('keeps every column of the first release usable by its code', async () => {
    const dataSource = await connect(await cluster.createDatabase('beside'));
    await migrateUp(dataSource);
    await dataSource.query(`INSERT INTO source (name, kind) VALUES ('one', 'file')`);
    await dataSource.query(`INSERT INTO entry (source, kind, name) VALUES ('one', 'server', 'a/b')`);
    await dataSource.query(
      `INSERT INTO entry_version (entry_id, version, document, content_hash, served_hash, status,
         status_changed_at, published_at, updated_at, is_latest, revision, description, tags, tools,
         registry_types, transports)
       SELECT id, '1.0.0', '{}', 'a', 'b', 'active', now(), now(), now(), true, 1, 'd', '{}', '{}', '{}', '{}'
         FROM entry`,
    );
    await dataSource.query(
      `INSERT INTO quarantine (source, kind, pointer, problems) VALUES ('one', 'server', '/servers/0', '[]')`,
    );
    await dataSource.query(
      `INSERT INTO sync_run (source, started_at, ended_at, outcome) VALUES ('one', now(), now(), 'complete')`,
    );
    await dataSource.query('UPDATE catalog_revision SET revision = revision + 1 WHERE id = 1');
    const [row] = await dataSource.query('SELECT document, status, is_dropped FROM entry_version');
    expect(row).toEqual({ document: '{}', status: 'active', is_dropped: false });
  });

  it('is made once when many processes start at the same time', async () => {
    const url = await cluster.createDatabase('rush');
    const processes = await Promise.all([1, 2, 3, 4].map(() => connect(url)));
    const applied = await Promise.all(processes.map((process) => migrateUp(process)));
    expect(applied.flat()).toEqual(NAMES);
  });

  it('changes nothing when a migration fails', async () => {
    const dataSource = await connect(await cluster.createDatabase('fails'));
    await dataSource.query('CREATE TABLE sync_run (id int)');
    await expect(migrateUp(dataSource)).rejects.toThrow(/already exists/);
    expect(await readSchemaState(dataSource)).toMatchObject({ applied: [], pending: NAMES });
  });

  describe.skipIf(!hasPgbouncer)('behind a pooler that hands connections on after each transaction', () => {
    it('is made once by many processes, and then used with least privilege', async () => {
      await createOwnedDatabase(cluster, 'pooled');
      const direct = databaseConfig(cluster, 'pooled');
      const statements = await runtimeUserStatements({ name: APP, password: APP, owner: MIGRATOR });
      await withMigrationUser(direct, (dataSource) => makeRuntimeUser(dataSource, statements));
      const pooler = await startPgbouncer(cluster, [APP, MIGRATOR]);
      try {
        const config = databaseConfig(pooler, 'pooled');
        const processes = [1, 2, 3, 4].map(
          () => new DataSource(dataSourceOptions({ pool: postgresPool(config, 'runtime') })),
        );
        opened.push(...processes);
        await Promise.all(processes.map((process) => openPostgres(config, process)));
        const twice = await cluster.query(
          'SELECT name, count(*)::int FROM migrations GROUP BY name ORDER BY min(timestamp)',
          [],
          'pooled',
        );
        expect(twice).toEqual(NAMES.map((name) => ({ name, count: 1 })));
        await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
      } finally {
        await pooler.stop();
      }
    });
  });
});
