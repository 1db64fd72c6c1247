import { setTimeout as delay } from 'node:timers/promises';
import { answersOk, cleanUpAtExit, stop, stopAll, wasInterrupted } from './child-processes.mjs';
import { median } from './medians.mjs';
import { integerOption, readOptions } from './options.mjs';
import { memoryMegabytes } from './process-stats.mjs';
import { startServerWithAddress } from './server-under-test.mjs';

const USAGE = 'node bench/startup.mjs [--config FILE] [--runs 5]';
const IDLE_MS = 5_000;
const FIGURES = [
  ['address printed', 'ms', 'addressMs'],
  ['first 200 of /readiness', 'ms', 'readyMs'],
  ['first 200 of /v0.1/servers', 'ms', 'answerMs'],
  ['memory after 5 s', 'MB', 'idleMegabytes'],
  ['memory, peak', 'MB', 'peakMegabytes'],
];

const options = readOptions(USAGE, {
  config: { type: 'string' },
  program: { type: 'string' },
  runs: { type: 'string', default: '5' },
});
const runs = integerOption(USAGE, 'runs', options.runs, 1);
cleanUpAtExit();

try {
  const starts = [];
  for (let index = 1; index <= runs; index += 1) {
    starts.push(await measureStart());
    console.error(`start ${index} of ${runs}: ready after ${starts.at(-1).readyMs.toFixed(0)} ms`);
  }
  console.log(render(starts));
} catch (error) {
  if (!wasInterrupted()) console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function measureStart() {
  const begin = performance.now();
  const sinceBegin = () => performance.now() - begin;
  const { server, base } = await startServerWithAddress(options.config, options.program);
  const addressMs = sinceBegin();
  const [readyMs, answerMs] = await Promise.all(
    ['/readiness', '/v0.1/servers'].map((path) => answersOk(server, base + path).then(sinceBegin)),
  );
  await delay(IDLE_MS);
  const { now: idleMegabytes, peak: peakMegabytes } = memoryMegabytes(server.pid);
  await stop(server.child);
  return { addressMs, readyMs, answerMs, idleMegabytes, peakMegabytes };
}

function render(starts) {
  const rows = FIGURES.map(([title, unit, member]) => {
    const values = starts.map((start) => start[member]);
    const cells = [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
    return `| ${title} | ${unit} | ${cells.join(' | ')} |`;
  });
  const subject = options.config ?? 'the sample registry';
  return [
    `${runs} starts on ${subject}`,
    '',
    '| | unit | median | least | most |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
