import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answersOk } from './child-processes.mjs';
import { measureLoad, startLimit } from './load-table.mjs';
import { memoryMegabytes } from './process-stats.mjs';
import { saveReport } from './report.mjs';
import { startServerWithAddress, writeConfiguration } from './server-under-test.mjs';

const IDLE_MS = 2_000;
let directory;

/** Removes what `measureOne` wrote; synchronous, for the end of the process. */
export function removeSubject() {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}

/**
 * The load table of one registry: any that runs at `url`, or this server with a catalogue or a configuration.
 * @param {{ url?: string, pid?: number, catalogue?: string, config?: string, program?: string, rounds: number,
 *   seconds: number }} options
 */
export async function measureOne({ rounds, seconds, ...options }) {
  const startedAt = new Date().toISOString();
  const subject = await subjectUnderTest(options);
  console.error(`Measuring ${subject.base}`);
  const hasProcess = subject.pid !== undefined;
  await delay(hasProcess ? IDLE_MS : 0);
  const idle = hasProcess ? memoryMegabytes(subject.pid).now : undefined;
  const limit = await startLimit(subject.base);
  const scenarios = await measureLoad(subject, limit, { rounds, seconds });
  return saveReport({
    startedAt,
    subject: subject.title,
    node: process.version,
    cores: availableParallelism(),
    rounds,
    seconds,
    ...(hasProcess && { memory: { idle, peak: memoryMegabytes(subject.pid).peak } }),
    scenarios,
  });
}

async function subjectUnderTest({ url, pid, catalogue, config, program }) {
  if (url !== undefined) return { base: url.replace(/\/$/, ''), pid, title: url };
  directory = mkdtempSync(join(tmpdir(), 'registry-bench-'));
  const { server, base } = await startServerWithAddress(
    config ?? writeConfiguration(directory, catalogue),
    program,
  );
  await answersOk(server, `${base}/readiness`);
  return { base, pid: server.pid, title: config ?? catalogue };
}
