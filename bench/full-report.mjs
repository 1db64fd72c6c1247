import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeSite } from './bench-site.mjs';
import { remember } from './child-processes.mjs';
import { startPostgresql } from './postgresql.mjs';
import { QUICK_SCENARIOS } from './scenarios.mjs';
import { runSize } from './size-run.mjs';
import { measureStart } from './start-measurement.mjs';

/** Names of the published catalogue that the goals for small registries are about. */
const REAL_ENTRIES = 111;
const LARGE_REAL_ENTRIES = 10_000;
const WARM_STARTS = 3;
const READ_DURING_SYNC = fileURLToPath(new URL('./read-during-sync.mjs', import.meta.url));
const READ_DURING_SYNC_LIMIT_MS = 240_000;
const execute = promisify(execFile);

let database;

/** Removes the database's files; synchronous, for the end of the process. */
export function removeDatabase() {
  database?.cleanUp();
}

/**
 * Measures everything that docs/performance.md reports, one thing after the other.
 * @param {{ sizes: number[], rounds: number, seconds: number, isQuick: boolean }} options
 */
export async function measureEverything({ sizes, rounds, seconds, isQuick }) {
  const begin = performance.now();
  const startedAt = new Date().toISOString();
  const loadBefore = loadavg()[0];
  const results = {
    startedAt,
    node: process.version,
    cores: availableParallelism(),
    rounds,
    seconds,
    isQuick,
  };
  results.commit = await commit();
  database = await startPostgresql();
  try {
    if (!isQuick) results.embedded = await embeddedStarts();
    const load = { rounds, seconds, isWhole: !isQuick, ...(isQuick && { scenarios: QUICK_SCENARIOS }) };
    results.sizes = [];
    for (const entries of sizes) {
      results.sizes.push(await runSize({ entries, postgresUrl: database.url, load }));
    }
    results.real = [await runSize({ entries: REAL_ENTRIES, mode: 'real', postgresUrl: database.url })];
    if (!isQuick) {
      results.real.push(
        await runSize({ entries: LARGE_REAL_ENTRIES, mode: 'real', postgresUrl: database.url }),
      );
    }
  } finally {
    await database.remove();
  }
  if (!isQuick) results.readDuringSync = await readDuringSync();
  results.loadAverage = [loadBefore, loadavg()[0]];
  results.minutes = (performance.now() - begin) / 60_000;
  return results;
}

/** First and later starts with the embedded store, and its memory. */
async function embeddedStarts() {
  const directory = mkdtempSync(join(tmpdir(), 'registry-bench-'));
  try {
    const site = await makeSite({ directory, entries: REAL_ENTRIES, mode: 'real', sources: 1 });
    const config = site.configure({});
    const starts = [];
    for (let turn = 0; turn <= WARM_STARTS; turn += 1) {
      starts.push(await measureStart(config, { idleMs: 3_000 }));
      console.error(`embedded start ${turn + 1}: ready after ${starts.at(-1).readyMs.toFixed(0)} ms`);
    }
    const [first, ...warm] = starts;
    return { entries: REAL_ENTRIES, first, warm };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What the script about reads while a sync is under way prints, where this project has it. */
async function readDuringSync() {
  if (!existsSync(READ_DURING_SYNC)) return undefined;
  console.error('reads during a sync');
  const running = execute(process.execPath, [READ_DURING_SYNC], { timeout: READ_DURING_SYNC_LIMIT_MS });
  remember(running.child);
  return running.then(
    ({ stdout }) => ({ report: stdout }),
    ({ message }) => ({ failure: message.split('\n')[0] }),
  );
}

async function commit() {
  const { stdout } = await execute('git', ['log', '-1', '--format=%h'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  }).catch(() => ({ stdout: '' }));
  return stdout.trim() || 'unknown';
}
