import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanUpAtExit, stopAll, wasInterrupted } from './child-processes.mjs';
import { compareWith, removeComparison } from './comparison.mjs';
import { measureEverything, removeDatabase } from './full-report.mjs';
import { integerOption, readOptions } from './options.mjs';
import { renderPage, replaceReport } from './performance-page.mjs';
import { removeSites } from './size-run.mjs';
import { measureOne, removeSubject } from './subject-run.mjs';
import { hasWrk } from './wrk.mjs';

const USAGE = `node bench/run.mjs [--sizes 1000,10000,50000] [--quick] [--report FILE]
       node bench/run.mjs --compare REVISION [--sizes 10000]
       node bench/run.mjs --url BASE [--pid PID] | --catalogue FILE | --config FILE
       each with [--rounds N] [--seconds N]`;
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
/** No run takes longer than this, whatever hangs. */
const LIMIT_MS = 45 * 60_000;

const options = readOptions(USAGE, {
  url: { type: 'string' },
  pid: { type: 'string' },
  catalogue: { type: 'string' },
  config: { type: 'string' },
  program: { type: 'string' },
  sizes: { type: 'string' },
  quick: { type: 'boolean', default: false },
  report: { type: 'string' },
  compare: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string', default: '1' },
});
const isQuick = options.quick;
const rounds = integerOption(USAGE, 'rounds', options.rounds ?? (isQuick ? '1' : '3'), 1);
const seconds = integerOption(USAGE, 'seconds', options.seconds, 1);
const sizes = (options.sizes ?? (isQuick || options.compare !== undefined ? '1000' : '1000,10000,50000'))
  .split(',')
  .map((size) => integerOption(USAGE, 'sizes', size, 100));

cleanUpAtExit(() => {
  removeSites();
  removeDatabase();
  removeComparison();
  removeSubject();
});
const limit = setTimeout(() => {
  console.error('The run took too long and is given up');
  process.exit(1);
}, LIMIT_MS);

try {
  if (!(await hasWrk())) throw new Error('wrk is not on PATH. On Debian: apt-get install wrk');
  await run();
} catch (error) {
  if (!wasInterrupted()) console.error(error.message);
  process.exitCode = 1;
} finally {
  clearTimeout(limit);
  await stopAll();
}

async function run() {
  if (options.compare !== undefined) {
    console.log(await compareWith({ revision: options.compare, sizes, rounds, seconds }));
    return;
  }
  if ([options.url, options.catalogue, options.config].some((option) => option !== undefined)) {
    const pid = options.pid === undefined ? undefined : integerOption(USAGE, 'pid', options.pid, 1);
    const { report, stem } = await measureOne({ ...options, pid, rounds, seconds });
    console.log(`\n${report}\nWritten to ${stem}.md and .json`);
    return;
  }
  const results = await measureEverything({ sizes, rounds, seconds, isQuick });
  const page = renderPage(results);
  mkdirSync(RESULTS, { recursive: true });
  const stem = join(RESULTS, `report-${results.startedAt.replaceAll(/[:.]/g, '-')}`);
  writeFileSync(`${stem}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${stem}.md`, `${page}\n`);
  if (options.report !== undefined) replaceReport(options.report, page);
  console.log(`${page}\n\nWritten to ${stem}.md and .json`);
}
