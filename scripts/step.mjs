import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';

const REMINDER_MS = 10_000;

/**
 * Runs a program in the root of the project, with a line when it starts, every ten seconds and when it ends.
 * Returns its exit code (or why it could not run) and everything it printed.
 */
export async function runStep(title, command, args) {
  const started = performance.now();
  console.log(`${title} …`);
  const reminder = setInterval(() => console.log(`${title}: still at it, ${elapsed(started)}`), REMINDER_MS);
  const result = await run(command, args);
  clearInterval(reminder);
  console.log(`${title}: ${result.code === 0 ? 'done' : 'failed'}, ${elapsed(started)}`);
  return result;
}

/** Seconds since `started`, a value of `performance.now()`, as people read them. */
export function elapsed(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function run(command, args) {
  return new Promise((resolve) => {
    // npm is a script on Windows, which only a shell can start.
    const shell = process.platform === 'win32' && command === 'npm';
    const child = spawn(command, args, { cwd: ROOT, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ code: error.message, output: '' }));
    child.once('close', (code, signal) => {
      resolve({ code: code ?? signal, output: Buffer.concat(chunks).toString('utf8').trimEnd() });
    });
  });
}
