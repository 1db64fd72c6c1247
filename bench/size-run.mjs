import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, countWrittenRows } from './bench-database.mjs';
import { makeSite, READER_CLAIMS } from './bench-site.mjs';
import { stop } from './child-processes.mjs';
import { crawl } from './crawl.mjs';
import { measureFirstSearches } from './first-searches.mjs';
import { loadAtRate, quantile } from './fixed-rate.mjs';
import { measureLoad, startLimit } from './load-table.mjs';
import { median } from './medians.mjs';
import { cpuMicroseconds, memoryMegabytes, untilQuiet } from './process-stats.mjs';
import { PROTECTED_SCENARIOS } from './scenarios.mjs';
import { measureStart, startAndMeasure } from './start-measurement.mjs';
import { startTokenIssuer } from './token-issuer.mjs';

const IDLE_MS = 3_000;
const RESTARTS = 3;
const CRAWLS = 3;
const CHANGE_LIMIT_MS = 120_000;
const RATE_SECONDS = 3;
const RATE_ROUNDS = 3;
const MEGABYTES_OF_MEBIBYTE = 1.048576;

/** Everything that is written to the temporary directory; removed on every way out. */
const directories = new Set();

/** Removes what the runs of this process have left; synchronous, for the end of the process. */
export function removeSites() {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
}

/**
 * Everything about one catalogue on PostgreSQL: first sync, one change, starts, memory and, with `load`, every row
 * of the load table.
 * @param {{ entries: number, mode?: 'real' | '2kb', postgresUrl: string, load?: { rounds: number, seconds: number,
 *   scenarios?: object[], isWhole: boolean } }} options
 */
export async function runSize({ entries, mode = '2kb', postgresUrl, load }) {
  const directory = mkdtempSync(join(tmpdir(), 'registry-bench-'));
  directories.add(directory);
  const say = (text) => console.error(`[${entries} ${mode}] ${text}`);
  say('making the catalogue');
  const site = await makeSite({ directory, entries, mode });
  const database = await createDatabase(postgresUrl, `bench_${entries}_${mode}`);
  const config = site.configure({ database: database.block });

  const first = await startAndMeasure(config);
  say(`first sync to served after ${(first.readyMs / 1000).toFixed(1)} s`);
  await delay(IDLE_MS);
  const memory = { afterSync: mebibytes(first.pid) };
  const change = await changeOne(site, first.base, database.url);
  say(`one change served after ${change.seconds.toFixed(2)} s, ${change.rows} rows written`);
  const afterChange = memoryMegabytes(first.pid).peak / MEGABYTES_OF_MEBIBYTE;
  memory.syncPeak = afterChange;
  await stop(first.server.child);

  const starts = [];
  const restarts = load?.isWhole === true ? RESTARTS : 1;
  for (let turn = 1; turn < restarts; turn += 1) {
    starts.push((await measureStart(config, { idleMs: 0 })).readyMs);
  }
  const again = await startAndMeasure(config);
  starts.push(again.readyMs);
  say(`ready from the store after ${(median(starts) / 1000).toFixed(2)} s`);
  await delay(IDLE_MS);
  memory.afterStart = mebibytes(again.pid);
  const result = { entries, mode, firstSyncMs: first.readyMs, change, startMs: starts, memory };
  await untilQuiet(again.pid);
  if (load !== undefined) Object.assign(result, await runLoad({ subject: again, load, site, database, say }));
  memory.afterLoad = mebibytes(again.pid);
  memory.peak = memoryMegabytes(again.pid).peak / MEGABYTES_OF_MEBIBYTE;
  await stop(again.server.child);
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
  return result;
}

async function runLoad({ subject, load, site, database, say }) {
  const limit = await startLimit(subject.base);
  say('load table');
  const scenarios = await measureLoad(subject, limit, load);
  const fixedRate = [];
  const atRate = load.isWhole ? ['page of 30', 'one entry, latest'] : ['page of 30'];
  for (const scenario of scenarios.filter(
    ({ id, skipped }) => atRate.includes(id) && skipped === undefined,
  )) {
    const rate = median(scenario.server.map(({ requestsPerSecond }) => requestsPerSecond)) / 2;
    const rounds = [];
    for (let round = 1; round <= RATE_ROUNDS; round += 1) {
      const [server, most] = [subject.base, limit.base].map((base) => base + scenario.path);
      rounds.push({
        server: await halfOfPeak(server, rate),
        limit: await halfOfPeak(most, rate),
      });
    }
    const [p99Ms, limitP99Ms] = ['server', 'limit'].map((side) =>
      median(rounds.map((round) => round[side].p99Ms)),
    );
    say(`${scenario.id} at half of peak: p99 ${p99Ms.toFixed(1)} ms, limit ${limitP99Ms.toFixed(1)} ms`);
    fixedRate.push({ id: scenario.id, p99Ms, limitP99Ms, rounds: rounds.map(({ server }) => server) });
  }
  const firstSearches = await measureFirstSearches(subject);
  const crawls = await crawlInTurns(subject, limit, load.isWhole ? CRAWLS : 1);
  say(`crawl: ratio ${crawls.ratio.toFixed(2)}`);
  await limit.end();
  const measured = { firstSearches, scenarios, fixedRate, crawls };
  if (!load.isWhole) return measured;
  return { ...measured, protectedScenarios: await runProtected(load, site, database) };
}

async function halfOfPeak(url, rate) {
  const { times, ...load } = await loadAtRate({ url, rate, end: delay(RATE_SECONDS * 1000) });
  return { ...load, p99Ms: quantile(times, 0.99) };
}

/** A replica on the same database that asks for tokens. */
async function runProtected({ rounds, seconds }, site, database) {
  const issuer = await startTokenIssuer(READER_CLAIMS);
  const replica = await startAndMeasure(
    site.configure({ database: database.block, auth: issuer.auth }),
    undefined,
    {
      authorization: `Bearer ${issuer.token}`,
    },
  );
  await untilQuiet(replica.pid);
  const limit = await startLimit(replica.base);
  const credentials = { authorization: `Bearer ${issuer.token}` };
  const scenarios = await measureLoad(replica, limit, {
    rounds,
    seconds,
    scenarios: PROTECTED_SCENARIOS,
    credentials,
  });
  await Promise.all([limit.end(), stop(replica.server.child)]);
  issuer.close();
  return scenarios;
}

async function crawlInTurns(subject, limit, times) {
  // The limit records each page the first time.
  await crawl(limit.base);
  const rounds = [];
  for (let turn = 1; turn <= times; turn += 1) {
    const cpuBefore = cpuMicroseconds(subject.pid);
    const server = await crawl(subject.base);
    const cpu = cpuMicroseconds(subject.pid) - cpuBefore;
    const most = await crawl(limit.base);
    rounds.push({
      seconds: server.seconds,
      limitSeconds: most.seconds,
      pages: server.pages,
      bytes: server.bytes,
      cpuMicroseconds: cpu / server.pages,
    });
  }
  return { rounds, ratio: median(rounds.map(({ seconds, limitSeconds }) => limitSeconds / seconds)) };
}

/** From the moment that the file has changed until the change is served. */
async function changeOne(site, base, databaseUrl) {
  const title = `Changed ${Date.now()}`;
  const { name, version, apply } = await site.prepareChange(title);
  const url = `${base}/v0.1/servers/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
  const writtenRows = await countWrittenRows(databaseUrl);
  const begin = performance.now();
  apply();
  for (;;) {
    const answer = await fetch(url);
    if ((await answer.text()).includes(title)) break;
    if (performance.now() - begin > CHANGE_LIMIT_MS) throw new Error(`A change was not served: ${url}`);
    await delay(10);
  }
  return { seconds: (performance.now() - begin) / 1000, rows: await writtenRows() };
}

function mebibytes(pid) {
  return memoryMegabytes(pid).now / MEGABYTES_OF_MEBIBYTE;
}
