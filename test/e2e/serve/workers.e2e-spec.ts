import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registryFile, serverJson } from '../../support/documents.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../support/postgresql.js';
import { type RunningProgram, runProgram, startServer } from '../../support/program.js';

const PATIENCE = { timeout: 30_000, interval: 50 };
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'workers-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function writeTitle(title: string): Promise<void> {
  const path = join(directory, 'registry.json');
  await writeFile(`${path}.new`, registryFile([serverJson('com.example/one', '1.0.0', { title })]));
  await rename(`${path}.new`, path);
}

async function writeConfig(blocks: object): Promise<string> {
  const path = join(directory, 'config.yaml');
  const settings = {
    sources: [
      { name: 'one', file: { path: join(directory, 'registry.json') }, syncPolicy: { interval: '1s' } },
    ],
    registries: [{ name: 'default', sources: ['one'] }],
    fileStorage: { baseDir: join(directory, 'data') },
    ...blocks,
  };
  await writeFile(path, JSON.stringify(settings));
  return path;
}

describe.skipIf(!hasPostgresql)('server.workers', () => {
  let cluster: PostgresqlCluster;
  let server: RunningProgram;

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await writeTitle('first');
    const database = {
      host: '127.0.0.1',
      port: cluster.port,
      user: SUPERUSER,
      password: SUPERUSER,
      database: 'postgres',
      sslMode: 'disable',
    };
    server = await startServer(['--config', await writeConfig({ database, server: { workers: 2 } })]);
    await vi.waitUntil(() => workersThatServe() === 2, PATIENCE);
  }, 60_000);

  /** The processes below the one that was started: its workers. */
  function workers(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => parentOf(pid) === server.pid)
      .map(Number);
  }

  function workersThatServe(): number {
    return server.stderr().match(/Listening on/g)?.length ?? 0;
  }

  /** The title that one new connection gets; whichever worker takes it. */
  function title(): Promise<string> {
    return new Promise((resolve, reject) => {
      const url = `${server.url}/v0.1/servers/com.example%2Fone/versions/latest`;
      const asked = request(url, { agent: false }, (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString())).on('error', reject);
        response.on('end', () => {
          const { server: found } = JSON.parse(text) as { server?: { title?: string } };
          resolve(found?.title ?? `status ${response.statusCode}`);
        });
      });
      asked.on('error', reject).end();
    });
  }

  async function titles(count: number): Promise<Set<string>> {
    const seen = new Set<string>();
    for (let turn = 0; turn < count; turn += 1) seen.add(await title());
    return seen;
  }

  it('serves the same from each worker', async () => {
    expect(workers()).toHaveLength(2);
    expect(await titles(10)).toEqual(new Set(['first']));
  });

  it('shows a change on every worker', async () => {
    await writeTitle('second');

    await vi.waitFor(async () => expect(await titles(10)).toEqual(new Set(['second'])), PATIENCE);
  });

  it('goes on answering every request while a killed worker is replaced', async () => {
    const before = workers();
    const [victim = 0] = before;
    process.kill(victim, 'SIGKILL');
    await vi.waitFor(() => expect(parentOf(victim)).toBeUndefined(), PATIENCE);

    const answers = new Set<string>();
    await vi.waitFor(async () => {
      for (const answer of await titles(10)) answers.add(answer);
      expect(workersThatServe()).toBe(3);
    }, PATIENCE);

    expect(answers).toEqual(new Set(['second']));
    expect(workers()).toHaveLength(2);
    expect(workers()).not.toEqual(before);
  });

  it('hands on that the configuration is to be read again', async () => {
    process.kill(server.pid, 'SIGHUP');

    await vi.waitFor(
      () => expect(server.stderr().match(/The configuration was read again: nothing new/g)).toHaveLength(2),
      PATIENCE,
    );
  });

  it('ends with all its workers when it is told to stop', async () => {
    const left = workers();

    expect(await server.stop()).toBe(0);
    expect(left.map((pid) => parentOf(pid))).toEqual([undefined, undefined]);
  });

  it('fails once and names the reason when the address is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const args = ['--config', join(directory, 'config.yaml'), '--host', '127.0.0.1', '--port', String(port)];
    const result = await runProgram(['serve', ...args]);
    taken.close();

    expect(result.code).toBe(1);
    expect(result.stderr.match(/is already in use/g)).toHaveLength(1);
  });
});

it('refuses several workers on the embedded store', async () => {
  await writeTitle('first');
  const config = await writeConfig({ server: { workers: 2 } });
  const result = await runProgram(['serve', '--config', config]);

  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/server\.workers.*needs database/);
});

/** The parent of a process; undefined when it is gone, or only waits to be buried. */
function parentOf(pid: number | string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
