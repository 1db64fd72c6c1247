import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import {
  answersOk,
  cleanUpAtExit,
  printedAddress,
  startNode,
  stopAll,
  wasInterrupted,
} from './child-processes.mjs';
import { integerOption, readOptions } from './options.mjs';
import { cpuMicroseconds, memoryMegabytes } from './process-stats.mjs';
import { saveReport } from './report.mjs';
import { prepareScenarios } from './scenarios.mjs';
import { SAMPLE_CATALOGUE, startServerWithAddress, writeConfiguration } from './server-under-test.mjs';
import { hasWrk, loadWithWrk } from './wrk.mjs';

const USAGE =
  'node bench/run.mjs [--catalogue FILE | --config FILE | --url BASE [--pid PID]] [--rounds 3] [--seconds 5]';
const IDLE_MS = 2_000;
const WARM_UP_SECONDS = 1;

const options = readOptions(USAGE, {
  url: { type: 'string' },
  pid: { type: 'string' },
  catalogue: { type: 'string' },
  config: { type: 'string' },
  program: { type: 'string' },
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '5' },
});
const rounds = integerOption(USAGE, 'rounds', options.rounds, 1);
const seconds = integerOption(USAGE, 'seconds', options.seconds, 1);

try {
  await run();
} catch (error) {
  if (!wasInterrupted()) console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function run() {
  if (!(await hasWrk())) throw new Error('wrk is not on PATH. On Debian: apt-get install wrk');
  const startedAt = new Date().toISOString();
  const subject = await subjectUnderTest();
  console.log(`Measuring ${subject.base}`);
  await delay(subject.pid === undefined ? 0 : IDLE_MS);
  const idle = subject.pid === undefined ? undefined : memoryMegabytes(subject.pid).now;

  const prepared = await prepareScenarios(subject.base);
  const limit = await startLimit(subject.base, prepared);
  const scenarios = [];
  for (const scenario of prepared) scenarios.push(await measure(scenario, subject, limit));

  const results = {
    startedAt,
    subject: subject.title,
    node: process.version,
    cores: availableParallelism(),
    rounds,
    seconds,
    ...(idle !== undefined && { memory: { idle, peak: memoryMegabytes(subject.pid).peak } }),
    scenarios,
  };
  const { report, stem } = saveReport(results);
  console.log(`\n${report}\nWritten to ${stem}.md and .json`);
}

async function subjectUnderTest() {
  if (options.url !== undefined) {
    cleanUpAtExit();
    const pid = options.pid === undefined ? undefined : integerOption(USAGE, 'pid', options.pid, 1);
    return { base: options.url.replace(/\/$/, ''), pid, title: options.url };
  }
  const directory = mkdtempSync(join(tmpdir(), 'registry-bench-'));
  cleanUpAtExit(() => rmSync(directory, { recursive: true, force: true }));
  const catalogue = options.catalogue ?? SAMPLE_CATALOGUE;
  const config = options.config ?? writeConfiguration(directory, catalogue);
  const { server, base } = await startServerWithAddress(config, options.program);
  await answersOk(server, `${base}/readiness`);
  return { base, pid: server.pid, title: options.config ?? catalogue };
}

async function startLimit(from, scenarios) {
  const paths = scenarios
    .filter(({ skipped }) => skipped === undefined)
    .flatMap(({ path }) => ['--path', path]);
  const program = fileURLToPath(new URL('./limit-server.mjs', import.meta.url));
  const server = startNode([program, '--from', from, ...paths]);
  return { base: await printedAddress(server), pid: server.pid };
}

/** Server and limit take turns, so that whatever else the machine does falls on both. */
async function measure(scenario, subject, limit) {
  if (scenario.skipped !== undefined) {
    console.log(`${scenario.id}: skipped, it ${scenario.skipped}`);
    return scenario;
  }
  const measured = { ...scenario, server: [], limit: [] };
  for (const { base } of [subject, limit]) {
    await loadWithWrk(base + scenario.path, scenario.headers, WARM_UP_SECONDS);
  }
  for (let round = 1; round <= rounds; round += 1) {
    measured.server.push(await turn(scenario, subject));
    measured.limit.push(await turn(scenario, limit));
    const [ours, most] = [measured.server.at(-1), measured.limit.at(-1)].map((figures) =>
      figures.requestsPerSecond.toFixed(0),
    );
    console.log(`${scenario.id}, round ${round}: ${ours} req/s, limit ${most}`);
  }
  return measured;
}

async function turn({ path, headers }, { base, pid }) {
  const before = pid === undefined ? undefined : cpuMicroseconds(pid);
  const figures = await loadWithWrk(base + path, headers, seconds);
  if (figures.requests === 0) throw new Error(`${base}${path} answered nothing in ${seconds} s`);
  if (before === undefined) return figures;
  return { ...figures, cpuMicroseconds: (cpuMicroseconds(pid) - before) / figures.requests };
}
