import { setTimeout as delay } from 'node:timers/promises';
import { answersOk, stop } from './child-processes.mjs';
import { memoryMegabytes } from './process-stats.mjs';
import { startServerWithAddress } from './server-under-test.mjs';

/**
 * Starts a server and measures until it answers, in milliseconds since its program was started. It still runs then.
 * @param {string | undefined} config path of a configuration
 * @param {string} [program] another program that takes the same arguments
 * @param {Record<string, string>} [headers] what a reader has to send
 */
export async function startAndMeasure(config, program, headers = {}) {
  const begin = performance.now();
  const sinceBegin = () => performance.now() - begin;
  const { server, base } = await startServerWithAddress(config, program);
  const addressMs = sinceBegin();
  const [readyMs, answerMs] = await Promise.all(
    ['/readiness', '/v0.1/servers'].map((path) =>
      answersOk(server, base + path, { headers }).then(sinceBegin),
    ),
  );
  return { server, base, pid: server.pid, addressMs, readyMs, answerMs };
}

/** Starts a server, measures, leaves it alone for `idleMs`, reads its memory (MB) and ends it. */
export async function measureStart(config, { program, idleMs = 5_000 } = {}) {
  const { server, addressMs, readyMs, answerMs } = await startAndMeasure(config, program);
  await delay(idleMs);
  const { now: idleMegabytes, peak: peakMegabytes } = memoryMegabytes(server.pid);
  await stop(server.child);
  return { addressMs, readyMs, answerMs, idleMegabytes, peakMegabytes };
}
