// One round of a git source in a process of its own: `git-round.mjs ADDRESS PATH`. Prints what it took.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import { GitProvider } from '../dist/src/sources/git/git.provider.js';

const SAMPLE_MS = 5;
const MIB = 1024 * 1024;

const [repository, path] = process.argv.slice(2);
const provider = new GitProvider();
const source = {
  name: 'bench',
  kind: 'git',
  git: { repository, path, timeoutMs: 300_000, maxSize: 100 * MIB },
};
const signal = new AbortController().signal;

globalThis.gc?.();
const before = memoryUsage.rss();
let peak = before;
const sampler = setInterval(() => {
  peak = Math.max(peak, memoryUsage.rss());
}, SAMPLE_MS);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const began = performance.now();
const fetched = await provider.fetch(source, { signal });
const seconds = (performance.now() - began) / 1000;
delay.disable();
clearInterval(sampler);
peak = Math.max(peak, memoryUsage.rss());

const growth = (peak - before) / MIB;
console.log(`${fetched.files.length} file(s), ${fetched.bytes} bytes in ${seconds.toFixed(1)} s`);
console.log(`resident memory: ${growth.toFixed(0)} MiB more at most (from ${(before / MIB).toFixed(0)} MiB)`);
console.log(`event loop: late by ${(delay.max / 1e6).toFixed(0)} ms at most`);
