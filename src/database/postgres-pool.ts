import type { PoolConfig } from 'pg';
import type { DatabaseConfig } from '../config/registry-config.js';
import { postgresConnection } from './postgres-connection.js';
import type { DatabaseRole } from './postgres-login.js';

/** How long a connection above `maxIdleConns` stays without work, in milliseconds. */
const IDLE_LIMIT = 10_000;

/** A pool of connections for a role, with the limits of the configuration. Migrating needs one connection. */
export function postgresPool(config: DatabaseConfig, role: DatabaseRole): PoolConfig {
  const max = role === 'migration' ? 1 : config.maxOpenConns;
  return {
    ...postgresConnection(config, role),
    max,
    min: Math.min(config.maxIdleConns, max),
    idleTimeoutMillis: IDLE_LIMIT,
    maxLifetimeSeconds: config.connMaxLifetimeMs / 1000,
  };
}
