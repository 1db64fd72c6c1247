/** Reads at a modest rate, while nothing happens and while a large source is synced for the first and another time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  answersOk,
  cleanUpAtExit,
  printedAddress,
  startNode,
  stopAll,
  wasInterrupted,
} from './child-processes.mjs';
import { loadAtRate, quantile } from './fixed-rate.mjs';
import { integerOption, readOptions } from './options.mjs';
import { startPostgresql } from './postgresql.mjs';
import { SAMPLE_CATALOGUE } from './server-under-test.mjs';

const USAGE =
  'node bench/read-during-sync.mjs [--versions 50000] [--rate 100] [--seconds 15] [--embedded] [--profile DIR]';
const PATH = '/v0.1/servers?limit=30';
const CONNECTIONS = 10;
const SYNC_LIMIT_MS = 1_800_000;

const options = readOptions(USAGE, {
  versions: { type: 'string', default: '50000' },
  rate: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '15' },
  embedded: { type: 'boolean', default: false },
  profile: { type: 'string' },
});
const versions = integerOption(USAGE, 'versions', options.versions, 1);
const rate = integerOption(USAGE, 'rate', options.rate, CONNECTIONS);
const seconds = integerOption(USAGE, 'seconds', options.seconds, 1);
const directory = mkdtempSync(join(tmpdir(), 'registry-bench-'));
const config = join(directory, 'config.yaml');
let database;
cleanUpAtExit(() => {
  database?.cleanUp();
  rmSync(directory, { recursive: true, force: true });
});

try {
  const upstream = startNode([script('sync-upstream.mjs'), '--versions', String(versions)]);
  const endpoint = await printedAddress(upstream);
  await answersOk(upstream, `${endpoint}/v0.1/servers`);
  if (!options.embedded) database = await startPostgresql();
  configure([]);
  const server = startServer();
  const base = await printedAddress(server);
  await answersOk(server, `${base}/readiness`);
  await answersOk(server, `${base}${PATH}`);

  await read(base, delay(3_000));
  const rows = [['idle, small catalogue', await read(base, delay(seconds * 1_000))]];
  for (const [title, interval] of [
    ['first sync', '2h'],
    ['all changed', '3h'],
  ]) {
    if (title === 'all changed') await fetch(`${endpoint}/change?count=${versions}`, { method: 'POST' });
    const { lastSyncTime } = await status(base);
    configure([source(endpoint, interval)]);
    process.kill(server.pid, 'SIGHUP');
    rows.push([title, await read(base, synced(base, lastSyncTime))]);
    await delay(3_000);
    rows.push([`idle after ${title}`, await read(base, delay(seconds * 1_000))]);
    console.error(render(rows));
  }
  console.log(render(rows));
} catch (error) {
  if (!wasInterrupted()) console.error(error);
  process.exitCode = 1;
} finally {
  await stopAll();
  await database?.remove();
}

function startServer() {
  const profile = options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profile];
  const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  return startNode([...profile, program, 'serve', '--config', config, '--host', '127.0.0.1', '--port', '0']);
}

function source(endpoint, interval) {
  return { name: 'upstream', api: { endpoint, maxSize: '1GiB' }, syncPolicy: { interval, timeout: '30m' } };
}

function configure(sources) {
  const { hostname, port } = new URL(database?.url ?? 'http://localhost');
  const where = {
    host: hostname,
    port: Number(port),
    user: 'postgres',
    database: 'postgres',
    sslMode: 'disable',
  };
  const settings = {
    sources: [
      { name: 'sample', file: { path: SAMPLE_CATALOGUE }, syncPolicy: { interval: '24h' } },
      ...sources,
    ],
    registries: [{ name: 'default', sources: ['sample', ...sources.map(({ name }) => name)] }],
    fileStorage: { baseDir: join(directory, 'data') },
    ...(database !== undefined && { database: where }),
  };
  // JSON is YAML too.
  writeFileSync(config, JSON.stringify(settings));
}

/** Resolves when the large source has had another good round, and its entries are served. */
async function synced(base, before) {
  const begin = performance.now();
  for (;;) {
    const { lastSyncTime, phase, message } = await status(base);
    if (phase === 'complete' && lastSyncTime !== before) return delay(2_000);
    if (phase === 'failed') throw new Error(`The round failed: ${message}`);
    if (performance.now() - begin > SYNC_LIMIT_MS) throw new Error('The round takes too long');
    await delay(250);
  }
}

async function status(base) {
  const response = await fetch(`${base}/v1/sources/upstream`);
  const body = await response.json();
  return response.ok ? body.syncStatus : {};
}

/** Reads until `end` resolves. */
async function read(base, end) {
  const load = await loadAtRate({ url: base + PATH, rate, end, connections: CONNECTIONS });
  if (load.failures > 0) throw new Error(`${load.failures} of ${load.times.length} reads failed`);
  return load;
}

function render(rows) {
  const engine = database === undefined ? 'the embedded store' : 'PostgreSQL';
  const lines = rows.map(([title, { seconds: length, times }]) => {
    const [half, most, longest] = [0.5, 0.99, 1].map((share) => quantile(times, share).toFixed(1));
    const cells = [length.toFixed(0), times.length, half, most, longest];
    return `| ${title} | ${cells.join(' | ')} |`;
  });
  return [
    `${versions} versions into ${engine}, ${rate} reads a second of ${PATH}`,
    '',
    '| | s | reads | p50 ms | p99 ms | longest ms |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
