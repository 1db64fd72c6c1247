import type { DatabaseConfig } from '../../src/config/registry-config.js';
import { databaseSchema } from '../../src/config/store.schema.js';
import { PostgresqlCluster } from './postgresql.js';

/** Users as a careful administrator makes them; each one's password is its name. */
export const MIGRATOR = 'db_migrator';
export const APP = 'db_app';

/** Makes the user that owns a schema, and an empty database of its own. */
export async function createOwnedDatabase(cluster: PostgresqlCluster, name: string): Promise<void> {
  const [found] = await cluster.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [MIGRATOR]);
  if (found === undefined) {
    await cluster.query(`CREATE ROLE ${MIGRATOR} LOGIN CREATEROLE PASSWORD '${MIGRATOR}'`);
  }
  await cluster.query(`CREATE DATABASE "${name}" OWNER ${MIGRATOR}`);
}

/** The `database` block that uses it with least privilege. */
export function databaseBlock({ port }: { readonly port: number }, database: string) {
  return {
    host: '127.0.0.1',
    port,
    database,
    user: APP,
    password: APP,
    migrationUser: MIGRATOR,
    migrationPassword: MIGRATOR,
    sslMode: 'disable',
  };
}

/** The same as one reading of a configuration gives it. */
export function databaseConfig(cluster: { readonly port: number }, database: string): DatabaseConfig {
  return databaseSchema.parse(databaseBlock(cluster, database));
}
