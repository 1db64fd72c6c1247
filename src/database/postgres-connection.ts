import { Client, type ClientConfig } from 'pg';
import type { DatabaseConfig } from '../config/registry-config.js';
import { type DatabaseRole, databaseUser, postgresPassword } from './postgres-login.js';
import { PostgresStream } from './postgres-stream.js';

/** Longest wait for a connection to be there, in milliseconds. */
const CONNECT_LIMIT = 10_000;

/**
 * How a client of the `pg` driver reaches the configured database. Password, certificates and authorities are read
 * again for each connection, so that rotated files count at once. Every connection must be made from this.
 */
export function postgresConnection(config: DatabaseConfig, role: DatabaseRole): ClientConfig {
  const { host, port, database } = config;
  return {
    host,
    port,
    database,
    user: databaseUser(config, role),
    password: () => postgresPassword(config, role),
    ssl: false,
    stream: () => new PostgresStream(config),
    application_name: role === 'migration' ? 'thv-registry-api migrate' : 'thv-registry-api',
    connectionTimeoutMillis: CONNECT_LIMIT,
  };
}

/**
 * Connects and ends, to see that the database is there: connections that are kept may have outlived it.
 * @throws when it is not, after ten seconds at the latest
 */
export async function connectOnce(connection: ClientConfig): Promise<void> {
  const client = new Client(connection);
  // What ends it besides the attempt itself is of no interest.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
}
