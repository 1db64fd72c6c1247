import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { remember } from './child-processes.mjs';

const THREADS = 1;
const CONNECTIONS = 64;
const MILLISECONDS = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };
const run = promisify(execFile);

/** True when the load generator is on PATH. */
export async function hasWrk() {
  // `wrk -v` prints its version and ends with code 1; only a missing program is an error here.
  const failure = await run('wrk', ['-v']).catch((error) => error);
  return failure?.code !== 'ENOENT';
}

/**
 * Loads one address with 1 thread and 64 keep-alive connections.
 * @returns {Promise<{ requests: number, requestsPerSecond: number, p99Ms: number, failures: number }>} `failures`
 *   counts answers outside 2xx and 3xx, broken connections and timeouts
 */
export async function loadWithWrk(url, headers, seconds) {
  const headerOptions = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const options = ['-t', THREADS, '-c', CONNECTIONS, '-d', `${seconds}s`, '--latency', ...headerOptions, url];
  const load = run('wrk', options.map(String));
  remember(load.child);
  return parseWrk((await load).stdout);
}

/** Reads what wrk prints. Fails when a figure is missing, so that no zero passes for a measurement. */
export function parseWrk(output) {
  const [, p99, unit] = match(output, /99%\s+([\d.]+)(us|ms|s|m)\b/);
  const errors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? '0';
  return {
    requests: Number(match(output, /(\d+) requests in/)[1]),
    requestsPerSecond: Number(match(output, /Requests\/sec:\s+([\d.]+)/)[1]),
    p99Ms: Number(p99) * MILLISECONDS[unit],
    failures: [...errors, refused].reduce((sum, count) => sum + Number(count), 0),
  };
}

function match(output, pattern) {
  const found = pattern.exec(output);
  if (found === null) throw new Error(`wrk printed nothing like ${pattern}:\n${output}`);
  return found;
}
