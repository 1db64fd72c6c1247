import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { env as inherited } from 'node:process';
import { DomainError } from '../../common/domain-error.js';

/** One run of the git program. */
export interface GitRun {
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly input?: string;
  /** Most bytes that it may print. */
  readonly maxOutput: number;
}

/** A run that ended with another status than 0. */
export class GitFailed extends Error {
  constructor(readonly stderr: string) {
    super('git failed');
  }
}

/** Thrown when a run prints more than `maxOutput`. */
export class GitOutputTooLarge extends Error {}

const MAX_COMPLAINT = 64 * 1024;

/** True when there is a git program on the PATH. Looked for each time, as one may be installed meanwhile. */
export async function hasGitProgram(): Promise<boolean> {
  const directories = (inherited['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const found = directories.map((directory) => access(join(directory, 'git'), constants.X_OK));
  return (await Promise.allSettled(found)).some(({ status }) => status === 'fulfilled');
}

/**
 * Runs git without a shell and returns what it prints. The helpers it starts (ssh, git-remote-https) end with it, and
 * nothing of it runs any more when the promise settles.
 * @throws GitFailed, GitOutputTooLarge, DomainError `source-unavailable` without git, or the reason of `signal`
 */
export function runGit({ args, env, cwd, signal, input, maxOutput }: GitRun): Promise<Buffer> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { env, cwd, detached: true, stdio: 'pipe' });
    const output: Buffer[] = [];
    let printed = 0;
    let complaint = '';
    let failure: Error | undefined;
    const end = (reason: Error) => {
      failure ??= reason;
      // The group, of which the program is the leader.
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
    };
    const onAbort = () => end(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.length;
      if (printed > maxOutput) end(new GitOutputTooLarge());
      else output.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-MAX_COMPLAINT);
    });
    child.on('error', (error) => {
      failure ??= noGit(error);
    });
    child.on('close', (status) => {
      signal.removeEventListener('abort', onAbort);
      if (failure === undefined && status === 0) resolve(Buffer.concat(output));
      else reject(failure ?? new GitFailed(complaint));
    });
    // A program that ends before it has read everything is judged by its status.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function noGit(cause: NodeJS.ErrnoException): DomainError {
  const problem = cause.code === 'ENOENT' ? 'is not on the PATH' : `cannot be started (${cause.code})`;
  const why = 'it is not behind http, too large to be read without, or searched for a short commit id';
  const message = `This repository needs the git program (${why}), which ${problem}: install git`;
  return new DomainError('source-unavailable', message, { cause });
}
