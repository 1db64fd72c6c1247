/** Runs one round in a process that does nothing else, and prints its figures as a line of JSON. */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DataSource } from 'typeorm';
import { readOptions } from './options.mjs';
import { memoryMegabytes } from './process-stats.mjs';

const USAGE = 'node bench/sync-round.mjs --upstream URL [--database URL]';
const options = readOptions(USAGE, { upstream: { type: 'string' }, database: { type: 'string' } });
const built = (path) => import(new URL(`../dist/src/${path}.js`, import.meta.url).href);

const { dataSourceOptions } = await built('database/data-source');
const { openEmbeddedStore } = await built('database/embedded-store');
const { EntryWriter } = await built('database/entry-writer');
const { RevisionFeed } = await built('database/revision-feed');
const { EntryStore } = await built('database/stores/entry.store');
const { SourceStore } = await built('database/stores/source.store');
const { ApiProvider } = await built('sources/api/api.provider');
const { SyncService } = await built('sync/sync.service');

const SOURCE = {
  name: 'upstream',
  kind: 'api',
  api: { endpoint: options.upstream, maxSize: 4 * 1024 ** 3, timeoutMs: 30_000, headers: {} },
  syncPolicy: {
    intervalMs: 60_000,
    timeoutMs: 3_600_000,
    retry: { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 1000 },
    allowMassRemoval: false,
  },
};

const counted = { statements: 0 };
const store = options.database === undefined ? await openEmbeddedStore(undefined) : undefined;
const connection = store === undefined ? { url: options.database } : { stream: store.engine.connect };
const dataSource = new DataSource({
  ...dataSourceOptions(connection),
  logging: ['query'],
  logger: counter(),
});
await dataSource.initialize();
await dataSource.runMigrations();
const feed = new RevisionFeed();
const sources = new SourceStore(dataSource, feed);
await sources.reconcile([SOURCE]);
const sync = new SyncService(
  new Map([['api', new ApiProvider()]]),
  sources,
  new EntryStore(dataSource),
  new EntryWriter(dataSource, feed),
  { now: () => new Date() },
);
const [known] = await sources.all();

const before = await transaction();
counted.statements = 0;
const lag = monitorEventLoopDelay({ resolution: 1 });
const phases = { reading: 0, writing: 0 };
const begin = performance.now();
const cpuBefore = process.cpuUsage();
lag.enable();
const ownTime = watchOwnTime();
const result = await sync.run({
  source: SOURCE,
  signal: AbortSignal.timeout(SOURCE.syncPolicy.timeoutMs),
  nextAttempt: new Date(Date.now() + SOURCE.syncPolicy.intervalMs),
  known,
  onProgress: ({ phase }) => {
    phases[phase] ||= (performance.now() - begin) / 1000;
  },
});
lag.disable();
const maxOwnMs = ownTime();
const cpu = process.cpuUsage(cpuBefore);
const seconds = (performance.now() - begin) / 1000;
const { statements } = counted;
const { added, changed, unchanged } = result.round?.plan ?? {};
const rows = await rowsWritten(before);
console.log(
  JSON.stringify({
    outcome: result.outcome,
    added,
    changed,
    unchanged,
    seconds,
    fetchedAfter: phases.reading,
    writingAfter: phases.writing,
    peakMegabytes: memoryMegabytes(process.pid).peak,
    maxBlockMs: lag.max / 1e6,
    maxOwnMs,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    p99BlockMs: lag.percentile(99) / 1e6,
    rows,
    statements,
  }),
);
await dataSource.destroy();
await store?.close();

/** Rows of all tables that were written after the transaction `before`. */
async function rowsWritten(before) {
  const tables = dataSource.entityMetadatas.map(({ tablePath }) => tablePath);
  const counts = tables.map(
    (table) => `(SELECT count(*) FROM ${table} WHERE xmin::text::bigint > ${before})`,
  );
  const [row] = await dataSource.query(`SELECT (${counts.join(' + ')})::int AS rows`);
  return row.rows;
}

async function transaction() {
  const [row] = await dataSource.query('SELECT txid_current()::text AS id');
  return row.id;
}

/** The longest time that the main thread computed without a turn of its loop, whatever else the machine did. */
function watchOwnTime() {
  const used = () =>
    Number(readFileSync('/proc/self/task/' + process.pid + '/schedstat', 'utf8').split(' ')[0]);
  let last = used();
  let longest = 0;
  const timer = setInterval(() => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return longest / 1e6;
  };
}

function counter() {
  const nothing = () => undefined;
  const logQuery = () => {
    counted.statements += 1;
  };
  const rest = ['logQueryError', 'logQuerySlow', 'logSchemaBuild', 'logMigration', 'log'];
  return { logQuery, ...Object.fromEntries(rest.map((name) => [name, nothing])) };
}
