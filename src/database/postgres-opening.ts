import { DataSource } from 'typeorm';
import { DomainError } from '../common/domain-error.js';
import type { DatabaseConfig } from '../config/registry-config.js';
import { dataSourceOptions } from './data-source.js';
import { postgresPool } from './postgres-pool.js';
import { migrateUp, readSchemaState } from './schema-migration.js';

/** One attempt to connect, and to bring the schema to where this program needs it. */
export async function openPostgres(config: DatabaseConfig, dataSource: DataSource): Promise<void> {
  if (!dataSource.isInitialized) await dataSource.initialize();
  const { pending, unknown } = await readSchemaState(dataSource);
  if (unknown.length > 0) {
    throw new DomainError(
      'store-unavailable',
      `The schema of the database is newer than this program (${unknown.join(', ')}): run the newer program`,
    );
  }
  if (pending.length === 0) return;
  if (!config.autoMigrate) {
    throw new DomainError(
      'store-unavailable',
      `The schema of the database is older than this program: run thv-registry-api migrate up`,
    );
  }
  const migrating = await new DataSource(
    dataSourceOptions({ pool: postgresPool(config, 'migration') }),
  ).initialize();
  try {
    await migrateUp(migrating);
  } finally {
    await migrating.destroy();
  }
}
