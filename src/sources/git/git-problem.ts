import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../common/domain-error.js';
import { upstreamProblem } from '../../common/upstream-problem.js';

const CHECKSUM_BYTES = 20;

/** The error for an HTTP status that a repository should not answer, with what to change. */
export function statusProblem(status: number, what: string, hasCredentials: boolean): DomainError {
  // 203 is the sign-in page of Azure DevOps.
  if (status === 401 || status === 203) {
    const advice = hasCredentials
      ? 'refuses the credentials: check git.auth, and set its username if the host wants one beside the token'
      : 'wants credentials: set git.auth.tokenFile, or username and passwordFile';
    return new DomainError('upstream-unauthorized', `${what} answered ${status}: it ${advice}`);
  }
  if (status === 403) {
    const advice = 'the credentials of git.auth do not allow reading this repository';
    return new DomainError('upstream-forbidden', `${what} answered 403: ${advice}`);
  }
  if (status !== 404) return upstreamProblem(status, what);
  const hidden = hasCredentials ? 'what git.auth may read' : 'git.auth when the repository is private';
  return new DomainError('upstream-not-found', `${what} answered 404: check git.repository, and ${hidden}`);
}

/** The error of an address that answers with something else than a repository. */
export function notARepository(what: string): DomainError {
  const message = `${what} is not a git repository (smart HTTP): check git.repository`;
  return new DomainError('upstream-not-found', message);
}

/** The error of a commit that the server does not have or does not hand out. */
export function commitRefused(what: string, commit: string, cause?: unknown): DomainError {
  const message = `${what} does not hand out commit ${commit}: check git.commit, or name a branch or tag`;
  return new DomainError('ref-not-found', message, { cause });
}

/**
 * Names what isomorphic-git threw while it read the repository `what`; `gitdir` is where it kept what it received.
 * What the transport threw is to be preferred by the caller.
 */
export async function explainGitError(error: unknown, what: string, gitdir?: string): Promise<DomainError> {
  if (error instanceof DomainError) return error;
  const { code } = error as { readonly code?: unknown };
  const packs = gitdir === undefined ? [] : await packFiles(gitdir);
  for (const pack of packs) if (!(await isWhole(pack))) return truncated(what, error);
  if (code === 'SmartHttpError') return notARepository(what);
  if (code === 'UnsafeFilepathError') {
    const message = `${what} has a directory with a file name that git forbids`;
    return new DomainError('invalid-source-data', message, { cause: error });
  }
  if (gitdir !== undefined && packs.length === 0) return truncated(what, error);
  return new DomainError('upstream-failed', `${what} sends what cannot be read as a git repository`, {
    cause: error,
  });
}

function truncated(what: string, cause: unknown): DomainError {
  const message = `${what} sent only a part of the repository; the next round tries again`;
  return new DomainError('upstream-truncated', message, { cause });
}

async function packFiles(gitdir: string): Promise<string[]> {
  const directory = join(gitdir, 'objects', 'pack');
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).map((name) => join(directory, name));
}

/** True when the pack ends with the hash of what comes before (gitformat-pack(5)). */
async function isWhole(pack: string): Promise<boolean> {
  const bytes = await readFile(pack);
  const end = Math.max(0, bytes.length - CHECKSUM_BYTES);
  const hash = createHash('sha1').update(bytes.subarray(0, end)).digest();
  return hash.equals(bytes.subarray(end));
}
