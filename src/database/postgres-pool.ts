import type { ClientBase, PoolConfig } from 'pg';
import type { DatabaseConfig } from '../config/registry-config.js';
import { postgresConnection } from './postgres-connection.js';
import type { DatabaseRole } from './postgres-login.js';

/** How long a connection above `maxIdleConns` stays without work, in milliseconds. */
const IDLE_LIMIT = 10_000;

/**
 * Limits of a session, in milliseconds: for one statement, for one wait for a lock (a large round holds the row that
 * orders writers until its commit), and for a transaction in which nothing happens.
 */
const LIMITS = {
  statement_timeout: 300_000,
  lock_timeout: 120_000,
  idle_in_transaction_session_timeout: 60_000,
};

/** A pool of connections for a role, with the limits of the configuration. Migrating needs one connection. */
export function postgresPool(config: DatabaseConfig, role: DatabaseRole): PoolConfig {
  const max = role === 'migration' ? 1 : config.maxOpenConns;
  return {
    ...postgresConnection(config, role),
    max,
    min: Math.min(config.maxIdleConns, max),
    idleTimeoutMillis: IDLE_LIMIT,
    maxLifetimeSeconds: config.connMaxLifetimeMs / 1000,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, its types do not say so
    ...(role === 'runtime' && { onConnect: limitSession }),
  };
}

/** By statement, not with the first words of the connection: poolers refuse those that they do not know. */
async function limitSession(client: ClientBase): Promise<void> {
  const [names, values] = [Object.keys(LIMITS), Object.values(LIMITS).map(String)];
  await client.query(
    'SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS u (name, value)',
    [names, values],
  );
}
