import { cleanUpAtExit, stopAll, wasInterrupted } from './child-processes.mjs';
import { median } from './medians.mjs';
import { integerOption, readOptions } from './options.mjs';
import { measureStart } from './start-measurement.mjs';

const USAGE = 'node bench/startup.mjs [--config FILE] [--runs 5]';
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
    starts.push(await measureStart(options.config, { program: options.program }));
    console.error(`start ${index} of ${runs}: ready after ${starts.at(-1).readyMs.toFixed(0)} ms`);
  }
  console.log(render(starts));
} catch (error) {
  if (!wasInterrupted()) console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopAll();
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
