/**
 * Fetches from one repository in a thread of its own: unpacking blocks for seconds, and its memory is bounded and
 * given back. `git-thread.ts` is the other end.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { DomainError } from '../../common/domain-error.js';
import { fetchFiles } from './git-fetch.js';
import { GitHttp, PackTooLarge } from './git-http.js';
import type { GitJob, GitReply } from './git-thread-protocol.js';

async function run({ access, wish, received }: GitJob): Promise<GitReply> {
  const counter = new Float64Array(received);
  // The thread is ended from outside, so nothing in it needs a signal.
  const http = new GitHttp(access, new AbortController().signal, (count) => {
    counter[0] = (counter[0] ?? 0) + count;
  });
  try {
    return { type: 'files', files: await fetchFiles(wish, http) };
  } catch (error) {
    if (error instanceof PackTooLarge) return { type: 'too-large' };
    if (error instanceof DomainError) return { type: 'failed', code: error.code, message: error.message };
    throw error;
  }
}

parentPort?.postMessage(await run(workerData as GitJob));
