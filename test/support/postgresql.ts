import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll } from 'vitest';

const DEBIAN = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;

/** Name and password of the user that owns the cluster. */
export const SUPERUSER = 'postgres';

/** Directory of the server programs: Debian's newest; undefined where there is none. */
export const POSTGRESQL_BIN = findPrograms();

/** False where no PostgreSQL server is installed: tests on it skip, by name. */
export const hasPostgresql = POSTGRESQL_BIN !== undefined;

const running = new Set<PostgresqlCluster>();

afterAll(async () => {
  await Promise.all([...running].map((cluster) => cluster.remove()));
});

/** How a cluster is made. */
export interface ClusterOptions {
  /** Lines added to `postgresql.conf`, such as `ssl = on`. */
  readonly settings?: readonly string[];
  /** Replaces `pg_hba.conf`. Without it every user needs a password (scram-sha-256). */
  readonly access?: readonly string[];
  /** Files put into the data directory before the start, readable by the server alone: name to content. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * A real PostgreSQL server on 127.0.0.1, on a free port of its own that it keeps over restarts. It refuses to run as
 * root, so it runs as another user then. It ends with the spec file.
 */
export class PostgresqlCluster {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly root: string,
    private readonly owner: { uid?: number; gid?: number },
  ) {}

  /** Makes a new cluster and starts it. */
  static async create(options: ClusterOptions = {}): Promise<PostgresqlCluster> {
    const root = mkdtempSync(join(tmpdir(), 'pg-'));
    const owner = serverAccount();
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(root, owner.uid, owner.gid);
    const cluster = new PostgresqlCluster(await freePort(), root, owner);
    const password = join(root, 'password');
    cluster.write(password, SUPERUSER);
    const made = ['-D', cluster.data, '-U', SUPERUSER, `--pwfile=${password}`, '--auth=scram-sha-256'];
    const how = ['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'];
    execFileSync(program('initdb'), [...made, ...how], { ...owner, cwd: root, stdio: 'ignore' });
    for (const [name, content] of Object.entries(options.files ?? {})) {
      cluster.write(join(cluster.data, name), content);
    }
    const settings = ['fsync = off', 'max_connections = 100', ...(options.settings ?? [])];
    cluster.write(join(cluster.data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
    if (options.access !== undefined) {
      cluster.write(join(cluster.data, 'pg_hba.conf'), `${options.access.join('\n')}\n`);
    }
    running.add(cluster);
    await cluster.start();
    return cluster;
  }

  /** Where the server's Unix socket lies. */
  get socketDirectory(): string {
    return this.root;
  }

  /** The server's process, whose signals are those of `postgres`. @throws Error while it is stopped */
  get pid(): number {
    const pid = this.process?.pid;
    if (pid === undefined) throw new Error('This PostgreSQL server is not running');
    return pid;
  }

  /** Connection address of a database, as the superuser unless told otherwise. */
  url(database = 'postgres', user: string = SUPERUSER, password: string = user): string {
    return `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Makes a database and returns its address for the superuser; `template` is another one's name. */
  async createDatabase(name: string, template = 'template1'): Promise<string> {
    await this.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
    return this.url(name);
  }

  /** Runs statements as the superuser and returns the rows of the last. */
  async query(
    text: string,
    parameters: unknown[] = [],
    database = 'postgres',
  ): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  /** Runs one statement as another user, whose password is its name. */
  async queryAs(
    { user, database = 'postgres' }: { readonly user: string; readonly database?: string },
    text: string,
  ): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url(database, user) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts the server again and waits until it takes connections. */
  async start(): Promise<void> {
    const place = [
      '-D',
      this.data,
      '-p',
      String(this.port),
      '-k',
      this.root,
      '-c',
      'listen_addresses=127.0.0.1',
    ];
    const launch = () =>
      spawn(program('postgres'), place, { ...this.owner, cwd: this.root, stdio: 'ignore' });
    this.process = launch();
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.answers())) {
      // Sessions of a server that was killed live on for a moment, and a new one ends at once until they are gone.
      if (this.process.exitCode !== null) this.process = launch();
      if (Date.now() > deadline) throw new Error('PostgreSQL did not start');
      await wait(50);
    }
  }

  /** Stops the server: SIGINT ends its sessions, SIGKILL leaves them as a crash does. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const { process } = this;
    if (process === undefined) return;
    this.process = undefined;
    const ended = new Promise((resolve) => process.once('close', resolve));
    process.kill(signal);
    await ended;
  }

  /** Stops the server and removes its files. */
  async remove(): Promise<void> {
    running.delete(this);
    await this.stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  private get data(): string {
    return join(this.root, 'data');
  }

  private write(path: string, content: string): void {
    writeFileSync(path, content, { mode: 0o600 });
    if (this.owner.uid !== undefined && this.owner.gid !== undefined) {
      chownSync(path, this.owner.uid, this.owner.gid);
    }
  }

  private async answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url() });
    // What is left of a server that was killed may take a connection and end it at once.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** A port that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}

/** The account that servers run as which refuse root: `nobody` for root, else one's own. */
export function serverAccount(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function program(name: string): string {
  if (POSTGRESQL_BIN === undefined) throw new Error('No PostgreSQL server is installed');
  return join(POSTGRESQL_BIN, name);
}

function findPrograms(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}
