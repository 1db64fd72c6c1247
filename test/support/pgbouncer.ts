import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, type PostgresqlCluster, serverAccount } from './postgresql.js';

const PROGRAM = '/usr/sbin/pgbouncer';
const START_LIMIT_MS = 15_000;

/** False where PgBouncer is not installed: tests behind a pooler skip, by name. */
export const hasPgbouncer = existsSync(PROGRAM);

/** A pooler that hands each connection on after every transaction. */
export interface Pooler {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts PgBouncer in transaction mode before a cluster, on a free port of 127.0.0.1. Users have their name as their
 * password. As it refuses root, it runs as the account that PostgreSQL runs as.
 */
export async function startPgbouncer(cluster: PostgresqlCluster, users: readonly string[]): Promise<Pooler> {
  const root = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  const port = await freePort();
  const lines = [
    '[databases]',
    `* = host=127.0.0.1 port=${cluster.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${join(root, 'users.txt')}`,
    'pool_mode = transaction',
    'default_pool_size = 5',
  ];
  writeFileSync(join(root, 'pgbouncer.ini'), `${lines.join('\n')}\n`);
  writeFileSync(join(root, 'users.txt'), users.map((user) => `"${user}" "${user}"\n`).join(''));
  const account = serverAccount();
  if (account.uid !== undefined && account.gid !== undefined) {
    for (const path of [root, join(root, 'pgbouncer.ini'), join(root, 'users.txt')]) {
      chownSync(path, account.uid, account.gid);
    }
  }
  const pooler = spawn(PROGRAM, ['-q', join(root, 'pgbouncer.ini')], {
    ...account,
    cwd: root,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => pooler.once('close', resolve));
  const stop = async () => {
    pooler.kill('SIGTERM');
    await ended;
    rmSync(root, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(port, users[0] ?? ''))) {
    if (Date.now() > deadline) {
      await stop();
      throw new Error('PgBouncer did not start');
    }
    await wait(50);
  }
  return { port, stop };
}

async function answers(port: number, user: string): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user, password: user, database: 'postgres' });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
