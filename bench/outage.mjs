// Reads while PostgreSQL is stopped, restarted ten times and killed, and how soon a change is served after each:
// node bench/outage.mjs [seconds [readsPerSecond]]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cleanUpAtExit, printedAddress, startNode, stop } from './child-processes.mjs';
import { startPostgresql } from './postgresql.mjs';

const [seconds = 60, rate = 200] = process.argv.slice(2).map(Number);
const directory = mkdtempSync(join(tmpdir(), 'bench-outage-'));
const postgresql = await startPostgresql();
cleanUpAtExit(() => {
  postgresql.cleanUp();
  rmSync(directory, { recursive: true, force: true });
});

const { hostname: host, port } = new URL(postgresql.url);
const file = join(directory, 'registry.json');
const database = { host, port: Number(port), database: 'postgres', user: 'postgres', sslMode: 'disable' };
const config = {
  sources: [{ name: 'one', file: { path: file }, syncPolicy: { interval: '1s', allowMassRemoval: true } }],
  registries: [{ name: 'default', sources: ['one'] }],
  database,
  fileStorage: { baseDir: join(directory, 'store') },
};
writeFileSync(join(directory, 'config.json'), JSON.stringify(config));
write('a/first');
const place = ['--host', '127.0.0.1', '--port', '0', '--config', join(directory, 'config.json')];
const server = startNode(['dist/main.js', 'serve', ...place]);
const url = `${await printedAddress(server)}/v0.1/servers`;
await served('a/first');

const reads = { good: 0, bad: 0, slowest: 0 };
const reading = new AbortController();
const load = readAll();

/** @type {[string, () => Promise<void>][]} */
const phases = [
  [
    `stopped for ${seconds} s`,
    async () => {
      await postgresql.halt('SIGINT');
      await wait(seconds * 1_000);
      await postgresql.resume();
    },
  ],
  [
    'restarted ten times',
    async () => {
      for (let time = 0; time < 10; time += 1) {
        await postgresql.halt('SIGINT');
        await postgresql.resume();
      }
    },
  ],
  [
    'killed with SIGKILL',
    async () => {
      await postgresql.halt('SIGKILL');
      await postgresql.resume();
    },
  ],
];
for (const [index, [name, happen]] of phases.entries()) {
  const before = { ...reads };
  await happen();
  const returned = performance.now();
  write(`a/phase-${index}`);
  await served(`a/phase-${index}`);
  const took = ((performance.now() - returned) / 1_000).toFixed(1);
  const [good, bad] = [reads.good - before.good, reads.bad - before.bad];
  const share = ((100 * good) / (good + bad)).toFixed(3);
  console.log(`${name}: ${good + bad} reads, ${share} % good; a change is served ${took} s after the return`);
}
reading.abort();
await load;
console.log(`slowest read ${reads.slowest.toFixed(0)} ms`);
await stop(server.child);
await postgresql.remove();

function write(name) {
  const servers = [{ name, description: 'd', version: '1.0.0' }];
  writeFileSync(file, JSON.stringify({ servers }));
}

async function served(name) {
  const end = performance.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/${encodeURIComponent(name)}/versions/latest`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    if (performance.now() > end) throw new Error(`${name} is not served:\n${server.lines.join('\n')}`);
    await wait(50);
  }
}

/** At a fixed rate, so that a slow answer keeps no other from being asked for; at most 500 at a time. */
async function readAll() {
  const open = new Set();
  while (!reading.signal.aborted) {
    if (open.size < 500) {
      const one = readOnce().finally(() => open.delete(one));
      open.add(one);
    } else reads.bad += 1;
    await wait(1_000 / rate);
  }
  await Promise.all(open);
}

async function readOnce() {
  const begun = performance.now();
  const answer = await fetch(`${url}?limit=100`, { signal: AbortSignal.timeout(5_000) }).catch(
    () => undefined,
  );
  const body = await answer?.text().catch(() => undefined);
  if (answer?.status === 200 && body?.includes('"a/')) reads.good += 1;
  else reads.bad += 1;
  reads.slowest = Math.max(reads.slowest, performance.now() - begun);
}
