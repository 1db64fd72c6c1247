import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { remember, stop } from './child-processes.mjs';

/** Where Debian puts the server programs. */
const PROGRAMS = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;

/**
 * Makes a PostgreSQL server on a free port of 127.0.0.1, with settings as it comes. It ends with this process.
 * `halt` ends it with a signal, and `resume` starts it again.
 * @returns {Promise<{ url: string, socketDirectory: string, halt: (signal: NodeJS.Signals) => Promise<void>,
 *   resume: () => Promise<void>, remove: () => Promise<void>, cleanUp: () => void }>}
 */
export async function startPostgresql() {
  const bin = join(PROGRAMS, newestVersion(), 'bin');
  const root = mkdtempSync(join(tmpdir(), 'bench-pg-'));
  const owner = serverAccount();
  if (owner.uid !== undefined) chownSync(root, owner.uid, owner.gid);
  const data = join(root, 'data');
  const how = ['--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', ...how], {
    ...owner,
    cwd: root,
    stdio: 'ignore',
  });
  const port = await freePort();
  writeFileSync(join(data, 'postgresql.auto.conf'), "listen_addresses = '127.0.0.1'\n");
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const place = ['-D', data, '-p', String(port), '-k', root];
  let child;
  const launch = () => {
    child = spawn(join(bin, 'postgres'), place, { ...owner, cwd: root, stdio: 'ignore' });
    remember(child);
  };
  const resume = async () => {
    launch();
    // After a crash it ends at once until the last of its old processes is gone.
    await untilItAnswers(url, () => {
      if (child.exitCode !== null) launch();
    });
  };
  const halt = async (signal) => {
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill(signal);
    await ended;
  };
  await resume();
  const cleanUp = () => rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  const remove = async () => {
    await stop(child);
    cleanUp();
  };
  return { url, socketDirectory: root, halt, resume, remove, cleanUp };
}

function newestVersion() {
  const [newest] = readdirSync(PROGRAMS).sort((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error('No PostgreSQL server is installed');
  return newest;
}

/** PostgreSQL refuses to run as root. */
function serverAccount() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

async function untilItAnswers(url, between) {
  const end = performance.now() + START_LIMIT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      between();
      await delay(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
