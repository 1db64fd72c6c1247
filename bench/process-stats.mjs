import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const QUIET_MS = 500;
const QUIET_TURNS = 120;

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of a process and all its threads since its start, in microseconds. Linux only. */
export function cpuMicroseconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name stands in parentheses and may hold blanks: count the fields after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks / TICKS_PER_SECOND) * 1e6;
}

/** Resident memory of a process in megabytes (10^6 bytes): now, and the most it ever had. */
export function memoryMegabytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { now: readMegabytes(status, 'VmRSS'), peak: readMegabytes(status, 'VmHWM') };
}

function readMegabytes(status, field) {
  const kibibytes = Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return (kibibytes * 1024) / 1e6;
}

/**
 * Resolves when a process has had nothing to do for half a second, or after a minute: after a start the indexes of
 * searches are made in the background, which is no part of what is measured next.
 */
export async function untilQuiet(pid) {
  for (let turn = 0; turn < QUIET_TURNS; turn += 1) {
    const before = cpuMicroseconds(pid);
    await delay(QUIET_MS);
    if (cpuMicroseconds(pid) - before < (QUIET_MS * 1000) / 20) return;
  }
}
