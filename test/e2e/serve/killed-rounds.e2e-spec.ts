import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registryFile, serverJson } from '../../support/documents.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../support/postgresql.js';
import { type RunningProgram, startServer } from '../../support/program.js';
import { replies, UpstreamHttp } from '../../support/upstream-http.js';

const STATE_SIZE = 1000;
/** Enough for a round to be read in a thread, and for its transaction to last a while. */
const PADDING = 'x'.repeat(1000);
/** Ends at random times, for long runs by hand. */
const RANDOM_KILLS = Number(process.env['RANDOM_KILLS'] ?? 0);
const PATIENCE = { timeout: 60_000, interval: 5 };

const STORES = ['the embedded store', ...(hasPostgresql ? ['PostgreSQL'] : [])];

describe.each(STORES)('on %s, a server killed in a round', (store) => {
  let directory: string;
  let config: string;
  let upstream: UpstreamHttp;
  let cluster: PostgresqlCluster | undefined;
  let server: RunningProgram;
  /** The newest state that the upstream ever had. */
  let state = 0;
  let served = 0;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'killed-'));
    config = join(directory, 'config.json');
    upstream = await UpstreamHttp.start();
    if (store === 'PostgreSQL') cluster = await PostgresqlCluster.create();
    const policy = { interval: '1s', retry: { initialDelay: '100ms', maxDelay: '500ms' } };
    const settings = {
      sources: [{ name: 'one', file: { url: upstream.url('/registry.json') }, syncPolicy: policy }],
      registries: [{ name: 'default', sources: ['one'] }],
      fileStorage: { baseDir: join(directory, 'data') },
      ...(cluster && { sync: { leaseLength: '1s' }, database: databaseOf(cluster) }),
    };
    writeFileSync(config, JSON.stringify(settings));
    void holdNextState();
    server = await startServer(['--config', config]);
    await untilServed(state);
  });

  afterAll(async () => {
    await server.stop('SIGKILL');
    await upstream.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** From now on the upstream has a new state. Resolves when a whole answer with it has gone out. */
  function holdNextState(): Promise<void> {
    state += 1;
    const tag = `"${state}"`;
    const body = textOf(state);
    return new Promise((resolve) => {
      upstream.on('/registry.json', (request, response) => {
        if (request.headers['if-none-match'] === tag)
          return void response.writeHead(304, { etag: tag }).end();
        response.writeHead(200, { etag: tag }).end(body, () => resolve());
      });
    });
  }

  /** Resolves when the next round asks, with the answer that it waits for. */
  function nextQuestion(): Promise<ServerResponse> {
    return new Promise((resolve) => {
      upstream.on('/registry.json', (_request, response) => resolve(response));
    });
  }

  async function untilServed(wanted: number): Promise<void> {
    await vi.waitFor(async () => expect(await servedState(server.url)).toBe(wanted), PATIENCE);
    served = wanted;
  }

  /** Kills the server, and shows that the next one has a committed state, then the newest. Returns `synced`. */
  async function killAndCheck(release = async () => {}): Promise<string> {
    await server.stop('SIGKILL');
    await release();
    upstream.on('/registry.json', replies(503));
    server = await startServer(['--config', config]);
    await vi.waitFor(async () => expect(await servedState(server.url)).toBeGreaterThan(0), PATIENCE);
    const found = await servedState(server.url);
    expect(found).toBeGreaterThanOrEqual(served);
    expect(found).toBeLessThanOrEqual(state);

    void holdNextState();
    await untilServed(state);
    await vi.waitFor(async () => expect(await phaseOf(server.url)).toBe('complete'), PATIENCE);
    const { runs } = (await (await fetch(`${server.url}/v1/sources/one/runs`)).json()) as {
      runs: { outcome: string }[];
    };
    for (const { outcome } of runs) expect(['complete', 'failed']).toContain(outcome);
    return 'synced';
  }

  it('while it asks whether anything is new', async () => {
    await nextQuestion();
    expect(await killAndCheck()).toBe('synced');
  });

  it('while it fetches', async () => {
    state += 1;
    const response = await nextQuestion();
    const body = textOf(state);
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    await new Promise((resolve) => response.write(body.slice(0, body.length / 2), resolve));
    expect(await killAndCheck()).toBe('synced');
  });

  it('while it reads what it fetched', async () => {
    await holdNextState();
    expect(await killAndCheck()).toBe('synced');
  });

  it('while it writes', async () => {
    const release = await untilItWrites({ directory, cluster }, holdNextState);
    expect(await killAndCheck(release)).toBe('synced');
  });

  it('as soon as its result is served', async () => {
    void holdNextState();
    await untilServed(state);
    expect(await killAndCheck()).toBe('synced');
  });

  it.skipIf(RANDOM_KILLS === 0)(
    `at ${RANDOM_KILLS} random moments`,
    { timeout: RANDOM_KILLS * 60_000 },
    async () => {
      for (let kill = 0; kill < RANDOM_KILLS; kill += 1) {
        await holdNextState();
        await wait(Math.random() * 1_500);
        expect(await killAndCheck()).toBe('synced');
      }
    },
  );
});

function textOf(state: number): string {
  const document = { title: `state ${state}`, 'x-padding': PADDING };
  return registryFile(
    Array.from({ length: STATE_SIZE }, (_, at) => serverJson(`state/n${at}`, '1.0.0', document)),
  );
}

/** The number of the one state that is served; 0 when there is none. Fails when parts of two are mixed. */
async function servedState(url: string): Promise<number> {
  const response = await fetch(`${url}/v0.1/servers?limit=${STATE_SIZE}`);
  if (response.status !== 200) return 0;
  const { servers } = (await response.json()) as { servers: { server: { title: string } }[] };
  const titles = new Set(servers.map(({ server }) => server.title));
  expect([servers.length, titles.size]).toEqual([STATE_SIZE, 1]);
  return Number([...titles][0]?.replace('state ', ''));
}

async function phaseOf(url: string): Promise<string> {
  const source = (await (await fetch(`${url}/v1/sources/one`)).json()) as { syncStatus: { phase: string } };
  return source.syncStatus.phase;
}

function databaseOf({ port }: PostgresqlCluster): object {
  const place = { host: '127.0.0.1', port, database: 'postgres', sslMode: 'disable' };
  return { ...place, user: SUPERUSER, password: SUPERUSER };
}

function tableBytes(directory: string): number {
  const base = join(directory, 'data', 'store', 'base');
  const files = readdirSync(base, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** Gives the upstream a new state and resolves within the transaction that writes it, with what lets it go on. */
async function untilItWrites(
  { directory, cluster }: { directory: string; cluster: PostgresqlCluster | undefined },
  holdNextState: () => Promise<void>,
): Promise<() => Promise<void>> {
  if (cluster === undefined) {
    await holdNextState();
    const before = tableBytes(directory);
    await vi.waitUntil(() => tableBytes(directory) > before, { ...PATIENCE, interval: 1 });
    return async () => undefined;
  }
  const client = new Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE entry_version IN EXCLUSIVE MODE');
  void holdNextState();
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
  await vi.waitFor(async () => expect(await cluster.query(waiting)).not.toHaveLength(0), PATIENCE);
  return () => client.end();
}
