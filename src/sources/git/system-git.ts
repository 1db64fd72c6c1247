import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DomainError } from '../../common/domain-error.js';
import { gitEnvironment, type SystemAccess } from './git-environment.js';
import { readAll, tooManyBytes, type GitFiles, type TreeFile } from './git-files.js';
import { DISK_LIMIT, FILE_LIMIT, HISTORY_LIMIT, REFS_LIMIT } from './git-limits.js';
import { selectPaths } from './git-paths.js';
import { GitOutputTooLarge, runGit } from './git-process.js';
import { ambiguousCommit, type RemoteRef, unknownCommit } from './git-refs.js';
import { matchingLines, parseBlobs, parseRefs, parseSizes, parseTree } from './system-git-output.js';
import { explainSystemGit } from './system-git-problem.js';
import type { GitTransport, GitWish } from './git-transport.js';

const FETCHED = 'refs/fetched/it';
const INIT = ['init', '--quiet', '--bare', '--template=', '.'];
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];
const WITHOUT_CONTENTS = '--filter=blob:none';
const COMMITS_ONLY = '--filter=tree:0';
/** Everything that has a name: pull requests of hosts are none. */
const ALL_NAMES = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
const WATCH_INTERVAL_MS = 200;

/**
 * Reads a repository with the git program of the machine: over ssh, from a directory, or because it is too large to be
 * unpacked in this process. It takes directories without file contents, and then only the wanted ones.
 */
export class SystemGit implements GitTransport {
  private env: Promise<Record<string, string>> | undefined;

  /** `directory` is an empty one of its own, which the caller removes. */
  constructor(
    private readonly access: SystemAccess,
    private readonly what: string,
    private readonly directory: string,
    private readonly signal: AbortSignal,
  ) {}

  async listRefs(): Promise<readonly RemoteRef[]> {
    const output = await this.run(['ls-remote', '--symref', 'origin'], this.directory, { max: REFS_LIMIT });
    return parseRefs(output.toString('utf8'));
  }

  read(wish: GitWish): Promise<GitFiles> {
    const tooLarge = () => tooManyBytes(wish.path, wish.maxSize);
    return this.watched(wish.directory, DISK_LIMIT + wish.maxSize, tooLarge, (signal) =>
      this.readWatched(wish, signal),
    );
  }

  /**
   * Finds a commit by the beginning of its id in the histories of all branches and tags, which are fetched without
   * trees and files where the server can do that. `directory` is an empty one, which the caller removes.
   * @throws DomainError `ref-not-found` when there is none or more than one, `limit-exceeded`
   */
  findCommit(id: string, directory: string): Promise<string> {
    const tooLarge = () => historyTooLarge(this.what);
    return this.watched(directory, DISK_LIMIT, tooLarge, async (signal) => {
      const git = (args: readonly string[]) => this.run(args, directory, { signal, max: HISTORY_LIMIT });
      await git(INIT);
      await git([...FETCH, COMMITS_ONLY, 'origin', ...ALL_NAMES]);
      const found = matchingLines(await git(['rev-list', '--all']), id);
      const [first] = found;
      if (first === undefined) throw unknownCommit(id);
      if (found.length > 1) throw ambiguousCommit(id);
      return first;
    });
  }

  private async watched<Result>(
    directory: string,
    limit: number,
    tooLarge: () => DomainError,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const watch = new AbortController();
    const done = new AbortController();
    void watchSize(directory, limit, done.signal).then((exceeded) => {
      if (exceeded) watch.abort(tooLarge());
    });
    try {
      return await work(AbortSignal.any([this.signal, watch.signal]));
    } finally {
      done.abort();
    }
  }

  received(): undefined {
    return undefined;
  }

  private async readWatched(wish: GitWish, signal: AbortSignal): Promise<GitFiles> {
    const { target, path, maxSize, directory } = wish;
    const selector = selectPaths(path);
    const git = (args: readonly string[], input?: string, max = REFS_LIMIT) =>
      this.run(args, directory, { signal, max, ...(input !== undefined && { input }) });
    await git(INIT);
    await git([...FETCH, WITHOUT_CONTENTS, '--depth=1', 'origin', `+${target.ref}:${FETCHED}`]);
    const commit = (await git(['rev-parse', '--verify', `${FETCHED}^{commit}`])).toString().trim();
    const below = selector.base === '' ? [] : [selector.base];
    const listing = await git([
      '--literal-pathspecs',
      'ls-tree',
      '-r',
      '-z',
      '--full-tree',
      commit,
      '--',
      ...below,
    ]);
    const found = parseTree(listing.toString('utf8')).filter((file) => selector.matches(file.path));
    if (found.length === 0 || found.length > FILE_LIMIT) return readAll({ ...wish, commit }, found, missing);
    const contents = await this.contents(found, maxSize, path, git);
    return readAll({ ...wish, commit }, found, async ({ oid }) => contents.get(oid) ?? missing());
  }

  private async contents(
    found: readonly TreeFile[],
    maxSize: number,
    path: string,
    git: (args: readonly string[], input?: string, max?: number) => Promise<Buffer>,
  ): Promise<Map<string, Uint8Array>> {
    const oids = [...new Set(found.map(({ oid }) => oid))].map((oid) => `${oid}\n`).join('');
    // All at once: git would fetch them one by one when they are first looked at.
    await git([...FETCH, WITHOUT_CONTENTS, '--stdin', 'origin'], oids);
    const sizes = parseSizes((await git(['cat-file', '--batch-check=%(objectsize)'], oids)).toString('utf8'));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > maxSize) throw tooManyBytes(path, maxSize);
    return parseBlobs(await git(['cat-file', '--batch'], oids, total + oids.length * 2 + REFS_LIMIT));
  }

  private async run(
    args: readonly string[],
    cwd: string,
    options: { readonly signal?: AbortSignal; readonly input?: string; readonly max: number },
  ): Promise<Buffer> {
    const { signal = this.signal, max, ...input } = options;
    try {
      this.env ??= gitEnvironment(this.access, this.directory);
      return await runGit({ args, cwd, env: await this.env, signal, maxOutput: max, ...input });
    } catch (error) {
      if (error instanceof GitOutputTooLarge) {
        throw new DomainError(
          'limit-exceeded',
          `${this.what} has more names than can be listed: narrow git.path`,
        );
      }
      throw explainSystemGit(error, this.what);
    }
  }
}

function historyTooLarge(what: string): DomainError {
  const message = `${what} has too long a history to find a short commit id in it`;
  return new DomainError('limit-exceeded', `${message}: write all 40 characters of git.commit`);
}

/** Resolves to true once the files below `directory` are larger than `limit` together, or to false at the end. */
async function watchSize(directory: string, limit: number, done: AbortSignal): Promise<boolean> {
  while (!done.aborted) {
    if ((await sizeOf(directory)) > limit) return true;
    await wait(WATCH_INTERVAL_MS, undefined, { signal: done }).catch(() => {});
  }
  return false;
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function missing(): Promise<Uint8Array> {
  throw new DomainError('upstream-truncated', 'The repository did not send a file that it lists');
}
