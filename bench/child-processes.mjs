import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const KEPT_LINES = 30;
const GRACE_MS = 10_000;
const running = new Set();
let interrupted = false;

/**
 * Starts a Node program and remembers it, so that `stopAll` and every way out of this process end it, by its pid.
 * @param {string[]} args arguments of node
 */
export function startNode(args) {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const program = { child, pid: child.pid, lines: [], address: undefined };
  remember(child);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      program.address ??= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      program.lines.push(line);
      if (program.lines.length > KEPT_LINES) program.lines.shift();
    });
  }
  return program;
}

/** Has a child process ended together with this one. */
export function remember(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** True once Ctrl-C or SIGTERM came: whatever fails from then on fails because of it. */
export function wasInterrupted() {
  return interrupted;
}

/** The first `http://127.0.0.1:PORT` that the program prints. Fails with its last lines when it ends or stays silent. */
export async function printedAddress(program, timeoutMs = 60_000) {
  await until(program, timeoutMs, 'printed no address', () => program.address !== undefined);
  return program.address;
}

/** Waits for a 200 from `url`; asks every `everyMs` milliseconds. */
export async function answersOk(program, url, { timeoutMs = 300_000, everyMs = 10, headers = {} } = {}) {
  await until(
    program,
    timeoutMs,
    `did not answer 200 at ${url}`,
    async () => {
      const response = await fetch(url, { headers }).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.status === 200;
    },
    everyMs,
  );
}

/** Ends one child process: SIGTERM, and SIGKILL after ten seconds. */
export async function stop(child) {
  if (!running.has(child)) return;
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(killer);
}

/** Ends every child process that is remembered. */
export async function stopAll() {
  await Promise.all([...running].map((child) => stop(child)));
}

/** Makes Ctrl-C and SIGTERM end all child processes first; `cleanUp` runs on every way out and must be synchronous. */
export function cleanUpAtExit(cleanUp = () => {}) {
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL');
    cleanUp();
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => {
      interrupted = true;
      void stopAll().finally(() => process.exit(code));
    });
  }
}

async function until(program, timeoutMs, complaint, holds, everyMs = 10) {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    const { exitCode, signalCode, spawnargs } = program.child;
    const hasEnded = exitCode !== null || signalCode !== null;
    if (hasEnded || performance.now() > end) {
      const fate = hasEnded ? `ended (${exitCode ?? signalCode})` : complaint;
      throw new Error(
        `${spawnargs.slice(1, 3).join(' ')} ${fate}. Its last lines:\n${program.lines.join('\n')}`,
      );
    }
    await delay(everyMs);
  }
}
