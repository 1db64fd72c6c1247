import type { GitFiles } from './git-files.js';
import type { GitTarget, RemoteRef } from './git-refs.js';

/** What a fetch wants of a commit. */
export interface GitWish {
  readonly target: GitTarget;
  /** `git.path` as configured. */
  readonly path: string;
  /** Most bytes of all files together. */
  readonly maxSize: number;
  /** An empty directory of its own, which the caller removes. */
  readonly directory: string;
}

/** One way to talk to a repository, for one fetch. Every failure is a `DomainError`. */
export interface GitTransport {
  /** The names that the repository has, asked for with one request. */
  listRefs(): Promise<readonly RemoteRef[]>;
  /** The wanted files, or `too-large` when another way has to be taken. */
  read(wish: GitWish): Promise<GitFiles | 'too-large'>;
  /** Bytes that were received so far; undefined when nobody counts them. */
  received(): number | undefined;
}
