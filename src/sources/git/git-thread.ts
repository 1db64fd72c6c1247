import { Worker } from 'node:worker_threads';
import { DomainError } from '../../common/domain-error.js';
import { builtFile } from '../../common/package-files.js';
import { UNPACK_MEMORY_LIMIT } from './git-limits.js';
import type { GitFiles } from './git-files.js';
import { Turns } from '../../common/turns.js';
import type { GitJob, GitReply } from './git-thread-protocol.js';

const WORKER = builtFile('src', 'sources', 'git', 'git-worker.js');
const HEAP_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 };
const WATCH_INTERVAL_MS = 100;
/** A thread takes about 60 MB. So many that a few servers which hang hold nobody else up. */
const turns = new Turns(8);

/**
 * Runs a job in a thread, which ends with it: on success, failure and abort. A repository that needs more memory than
 * the thread may take is `too-large`.
 * @throws DomainError, or the reason of `signal`
 */
export function runGitJob(job: GitJob, signal: AbortSignal): Promise<GitFiles | 'too-large'> {
  return turns.take(signal, () => runNow(job, signal));
}

async function runNow(job: GitJob, signal: AbortSignal): Promise<GitFiles | 'too-large'> {
  const worker = new Worker(WORKER, { workerData: job, resourceLimits: HEAP_LIMITS });
  const stop = new AbortController();
  try {
    const reply = await Promise.race([
      replyOf(worker),
      abortOf(signal, stop.signal),
      memoryExceeded(stop.signal),
    ]);
    if (reply.type === 'failed') throw new DomainError(reply.code, reply.message);
    return reply.type === 'files' ? reply.files : 'too-large';
  } finally {
    stop.abort();
    await worker.terminate();
  }
}

function replyOf(worker: Worker): Promise<GitReply> {
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve({ type: 'too-large' });
      else reject(new DomainError('upstream-failed', 'The repository could not be read', { cause: error }));
    });
    worker.on('exit', () => reject(new DomainError('upstream-failed', 'The thread for git has stopped')));
  });
}

function abortOf(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: done });
  });
}

/** What is unpacked lies outside the heap, where the limits of the thread do not count it. */
function memoryExceeded(done: AbortSignal): Promise<GitReply> {
  const before = process.memoryUsage.rss();
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > UNPACK_MEMORY_LIMIT) resolve({ type: 'too-large' });
    }, WATCH_INTERVAL_MS);
    done.addEventListener('abort', () => clearInterval(watch), { once: true });
  });
}
