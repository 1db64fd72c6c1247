// How fast a change reaches the other replicas, and whether leases keep rounds apart, on an empty PostgreSQL database:
// node bench/replicas.mjs postgresql://user:password@host:port/database [replicas [changes [rounds]]]
import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../dist/src/database/data-source.js';
import { EntryWriter } from '../dist/src/database/entry-writer.js';
import { RevisionFeed } from '../dist/src/database/revision-feed.js';
import { RevisionListener } from '../dist/src/database/revision-listener.js';
import { SourceLeases } from '../dist/src/database/source-leases.js';
import { EntryStore } from '../dist/src/database/stores/entry.store.js';
import { LeaseStore } from '../dist/src/database/stores/lease.store.js';
import { SourceStore } from '../dist/src/database/stores/source.store.js';

const [url, ...numbers] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: node bench/replicas.mjs URL [replicas [changes [rounds]]]');
const [count = 3, changes = 200, rounds = 1000] = numbers.map(Number);

async function openReplica() {
  const feed = new RevisionFeed();
  const dataSource = await new DataSource(dataSourceOptions({ url })).initialize();
  await dataSource.runMigrations();
  const listener = new RevisionListener(feed, dataSource, () => ({ connectionString: url }));
  listener.onApplicationBootstrap();
  const entries = new EntryStore(dataSource);
  const replica = { feed, dataSource, listener, entries, waiting: undefined };
  replica.sources = new SourceStore(dataSource, feed);
  replica.writer = new EntryWriter(dataSource, feed);
  replica.leases = new SourceLeases(
    { sync: { leaseLengthMs: 2000 }, database: {} },
    new LeaseStore(dataSource),
  );
  const look = async () => {
    const revision = await entries.revision();
    if (revision >= (replica.waiting?.revision ?? Infinity)) replica.waiting.arrived(performance.now());
  };
  feed.elsewhere.subscribe(() => void look());
  return replica;
}

async function* batch(...rows) {
  if (rows.length > 0) yield await Promise.resolve(rows);
}

/** Writes one version, as a small round does. */
async function store({ writer }, name, lease) {
  const facets = { description: 'd', tags: [], tools: [], registryTypes: [], transports: [] };
  const text = JSON.stringify({ name, description: 'd', version: '1.0.0' });
  const document = { kind: 'server', name, version: '1.0.0', document: text, status: 'active', facets };
  const write = { document, isNew: true, contentHash: name, servedHash: name, isLatest: true };
  const none = () => batch();
  const change = { isEmpty: false, writes: () => batch(write), drops: none, marks: none, refused: none };
  const counts = { server: 1, skill: 0, plugin: 0 };
  const numbers = { counts, added: 1, changed: 0, removed: 0, unchanged: 0, bytes: text.length, refused: 0 };
  const at = new Date();
  const times = { startedAt: at, endedAt: at, nextAttempt: at };
  return writer.commit(
    'one',
    change,
    { ...numbers, ...times, sourceRevision: name, rulesFingerprint: 'f' },
    lease,
  );
}

// The first makes the schema.
const first = await openReplica();
const replicas = [first, ...(await Promise.all(Array.from({ length: count - 1 }, openReplica)))];
const [writer, ...readers] = replicas;
await writer.sources.reconcile([{ name: 'one', kind: 'file' }]);
while (replicas.some(({ listener }) => listener.hears === undefined)) await wait(20);
console.log(`${count} replicas, notifications ${replicas.map(({ listener }) => listener.hears).join(', ')}`);

const delays = [];
for (let change = 0; change < changes; change += 1) {
  const revision = (await writer.entries.revision()) + 1;
  const arrivals = readers.map(
    (reader) => new Promise((arrived) => (reader.waiting = { revision, arrived })),
  );
  await store(writer, `a/${change}`);
  const committed = performance.now();
  delays.push(...(await Promise.all(arrivals)).map((at) => Math.max(0, at - committed)));
}
delays.sort((a, b) => a - b);
const at = (share) => delays[Math.ceil(delays.length * share) - 1].toFixed(1);
console.log(
  `${changes} changes: known to the others after p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`,
);

let together = 0;
let mostTogether = 0;
let done = 0;
const byReplica = replicas.map(() => 0);
await Promise.all(
  replicas.map(async (replica, index) => {
    while (done < rounds) {
      const lease = await replica.leases.acquire('one');
      if (!('token' in lease)) {
        await wait(Math.random() * 5);
        continue;
      }
      together += 1;
      mostTogether = Math.max(mostTogether, together);
      await wait(Math.random() * 3);
      await store(replica, `b/${index}-${done}`, lease);
      together -= 1;
      await lease.release();
      done += 1;
      byReplica[index] += 1;
      await wait(Math.random() * 5);
    }
  }),
);
console.log(`${done} rounds by ${byReplica.join(' + ')}: at most ${mostTogether} at a time`);
for (const { listener, dataSource } of replicas) {
  await listener.beforeApplicationShutdown();
  await dataSource.destroy();
}
