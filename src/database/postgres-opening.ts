import { DataSource } from 'typeorm';
import { DomainError } from '../common/domain-error.js';
import type { DatabaseConfig } from '../config/registry-config.js';
import { dataSourceOptions } from './data-source.js';
import type { DatabaseRole } from './postgres-login.js';
import { postgresPool } from './postgres-pool.js';
import { postgresProblem } from './postgres-problem.js';
import { migrateUp, readSchemaState, refuseNewerSchema } from './schema-migration.js';

/** The oldest server whose dialect the schema keeps to. */
const OLDEST_SERVER = 14;

/**
 * One attempt to connect as the user at run time, and to bring the schema to where this program needs it: as the
 * migration user, when that is allowed and needed.
 * @throws DomainError that says what to change
 */
export async function openPostgres(config: DatabaseConfig, dataSource: DataSource): Promise<void> {
  await explaining(config, 'runtime', async () => {
    if (!dataSource.isInitialized) await dataSource.initialize();
    await checkServer(dataSource);
  });
  if (!(await isMigrated(config, dataSource))) {
    if (!config.autoMigrate) throw notMigrated('and database.autoMigrate is false');
    await withMigrationUser(config, migrateUp);
    if (!(await isMigrated(config, dataSource))) {
      throw notMigrated(`for user ${config.user}: is it the schema that database.migrationUser has?`);
    }
  }
  await explaining(config, 'runtime', () => checkRights(config, dataSource));
}

/** Runs `work` on a connection of the migration user. @throws DomainError that says what to change */
export async function withMigrationUser<T>(
  config: DatabaseConfig,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  return explaining(config, 'migration', async () => {
    const dataSource = new DataSource(dataSourceOptions({ pool: postgresPool(config, 'migration') }));
    await dataSource.initialize();
    try {
      await checkServer(dataSource);
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  });
}

async function explaining<T>(config: DatabaseConfig, role: DatabaseRole, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresProblem(error, config, role);
  }
}

function isMigrated(config: DatabaseConfig, dataSource: DataSource): Promise<boolean> {
  return explaining(config, 'runtime', async () => {
    const state = await readSchemaState(dataSource);
    refuseNewerSchema(state);
    return state.pending.length === 0;
  });
}

function notMigrated(why: string): DomainError {
  return new DomainError(
    'store-unavailable',
    `The schema of the database is not there or older than this program, ${why}: run thv-registry-api migrate up`,
  );
}

async function checkServer(dataSource: DataSource): Promise<void> {
  const [server]: { version: number; isReadOnly: boolean }[] = await dataSource.query(
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
            current_setting('transaction_read_only')::bool AS "isReadOnly"`,
  );
  if (server === undefined) return;
  if (server.version < OLDEST_SERVER) {
    throw new DomainError(
      'store-unavailable',
      `The database is PostgreSQL ${server.version}: this program needs ${OLDEST_SERVER} or newer`,
    );
  }
  if (server.isReadOnly) {
    throw new DomainError(
      'store-unavailable',
      'The database takes no changes, as a standby does: let database.host be the primary server',
    );
  }
}

async function checkRights({ user }: DatabaseConfig, dataSource: DataSource): Promise<void> {
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  const missing: { name: string }[] = await dataSource.query(
    `SELECT name FROM unnest($1::text[]) AS t (name)
      WHERE NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')
             AND has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE'))`,
    [tables],
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new DomainError(
    'store-unavailable',
    `User ${user} may not read and write ${names}: run thv-registry-api prime ${user}`,
  );
}
