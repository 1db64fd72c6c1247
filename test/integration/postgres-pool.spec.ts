import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, type PoolConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DatabaseConfig } from '../../src/config/registry-config.js';
import { postgresPool } from '../../src/database/postgres-pool.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { databaseConfig } from '../support/primed-database.js';

const PATIENCE = { timeout: 15_000, interval: 50 };

describe.skipIf(!hasPostgresql)('the pool of connections', () => {
  let cluster: PostgresqlCluster;
  let directory: string;
  const pools: Pool[] = [];

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await cluster.query(`CREATE ROLE app LOGIN PASSWORD 'app'`);
    directory = mkdtempSync(join(tmpdir(), 'pool-'));
  }, 60_000);
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function open(change: Partial<DatabaseConfig>, quicker: PoolConfig = {}): Pool {
    const config = { ...databaseConfig(cluster, 'postgres'), user: 'app', password: 'app', ...change };
    const pool = new Pool({ ...postgresPool(config, 'runtime'), ...quicker });
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  }

  async function sessions(): Promise<number[]> {
    const rows = await cluster.query(`SELECT pid FROM pg_stat_activity WHERE usename = 'app' ORDER BY pid`);
    return rows.map(({ pid }) => Number(pid));
  }

  async function load(pool: Pool, statements: number): Promise<void> {
    await Promise.all(Array.from({ length: statements }, () => pool.query('SELECT pg_sleep(0.1)')));
  }

  it('never has more than maxOpenConns, whatever is asked of it at once', async () => {
    const pool = open({ maxOpenConns: 3, maxIdleConns: 1 });
    let most = 0;
    const loading = load(pool, 40).then(() => true);
    while (!(await Promise.race([loading, Promise.resolve(false)]))) {
      most = Math.max(most, (await sessions()).length);
    }
    expect(most).toBe(3);
  });

  it('keeps maxIdleConns of those that are idle', async () => {
    const pool = open({ maxOpenConns: 6, maxIdleConns: 2 }, { idleTimeoutMillis: 200 });
    await load(pool, 6);
    await vi.waitFor(async () => expect(await sessions()).toHaveLength(2), PATIENCE);
  });

  it('replaces a connection that is older than connMaxLifetime', async () => {
    const pool = open({ maxOpenConns: 1, maxIdleConns: 1, connMaxLifetimeMs: 1_000 });
    await load(pool, 1);
    const first = await sessions();
    expect(first).toHaveLength(1);
    await vi.waitFor(async () => {
      await load(pool, 1);
      expect(await sessions()).not.toEqual(first);
    }, PATIENCE);
  });

  it('limits statements, waits for locks and idle transactions in every session', async () => {
    const pool = open({ maxOpenConns: 2 });
    const limits = `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
      current_setting('idle_in_transaction_session_timeout') AS idle, pg_sleep(0.1)::text AS slept`;
    const rows = await Promise.all([pool.query(limits), pool.query(limits)]);
    for (const { rows: found } of rows) {
      expect(found[0]).toMatchObject({ statement: '5min', lock: '2min', idle: '1min' });
    }
  });

  it('gets over idle connections that are killed', async () => {
    const pool = open({ maxOpenConns: 3, maxIdleConns: 3 });
    await load(pool, 3);
    const killed = await sessions();
    await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'`);
    await vi.waitFor(() => expect(pool.totalCount).toBe(0), PATIENCE);
    await load(pool, 3);
    const now = await sessions();
    expect(now.filter((pid) => killed.includes(pid))).toEqual([]);
  });

  it('reads a password that is rotated while it runs for the next connection', async () => {
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, 'app\n');
    const pool = open({ maxOpenConns: 2, passwordFile });
    await load(pool, 2);
    await cluster.query(`ALTER ROLE app PASSWORD 'rotated'`);
    await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'`);
    await vi.waitFor(() => expect(pool.totalCount).toBe(0), PATIENCE);
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    writeFileSync(passwordFile, 'rotated\n');
    await expect(load(pool, 2)).resolves.toBeUndefined();
  });
});
