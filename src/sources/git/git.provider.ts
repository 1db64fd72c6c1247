import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { SourceConfig } from '../../config/registry-config.js';
import type { FetchedFiles, FetchedNothing, FetchContext, SourceProvider } from '../source-provider.js';
import { openRepository, type GitRepository } from './git-repository.js';
import { selectPaths } from './git-paths.js';
import { chooseRef, pinnedCommit, type GitTarget } from './git-refs.js';
import type { GitTransport } from './git-transport.js';
import { withinTime } from './time-limit.js';

const BY_PROGRAM = 'the git program of this machine reads it';

type GitSource = SourceConfig & { readonly kind: 'git' };

/**
 * Reads files of a git repository. Its revision is `commit:path`, as git itself names files of a commit, so that
 * another `git.path` is another revision; the repository's address does not matter, since equal commits are equal.
 */
@Injectable()
export class GitProvider implements SourceProvider<'git'> {
  readonly kind = 'git';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: true };
  private readonly logger = new Logger('Git');
  /** Sources that the git program has to read, because they are too large for this process. */
  private readonly large = new Set<string>();
  private readonly told = new Set<string>();

  async fetch(
    source: GitSource,
    { signal, knownRevision }: FetchContext,
  ): Promise<FetchedNothing | FetchedFiles> {
    const { git } = source;
    if (signal.aborted) throw new DomainError('aborted', `Reading ${source.name} was stopped`);
    // Refused before anything is asked for.
    selectPaths(git.path);
    const pinned = pinnedCommit(git);
    const sameAsKnown = (commit: string) => knownRevision === revisionOf(commit, git.path);
    if (pinned !== undefined && sameAsKnown(pinned)) {
      return { changed: false, revision: revisionOf(pinned, git.path) };
    }
    const scratch = await makeScratch();
    try {
      return await withinTime({ what: source.name, timeoutMs: git.timeoutMs, signal }, async (limited) => {
        const repository = await openRepository(git, scratch, limited.signal);
        this.tell(source, repository);
        limited.received = () => repository.first.received();
        const target = pinned === undefined ? chooseRef(await repository.first.listRefs(), git) : at(pinned);
        if (sameAsKnown(target.commit)) {
          return { changed: false, revision: revisionOf(target.commit, git.path) };
        }
        return this.read(source, repository, target, scratch);
      });
    } finally {
      await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Once for each source, so that nobody has to guess what runs. */
  private tell({ name, git }: GitSource, { isByProgram }: GitRepository): void {
    const key = `${name} ${git.repository}`;
    if (!isByProgram || this.told.has(key)) return;
    this.told.add(key);
    this.logger.log(`${name} is not behind http: ${BY_PROGRAM}`);
  }

  private async read(
    source: GitSource,
    repository: GitRepository,
    target: GitTarget,
    scratch: string,
  ): Promise<FetchedFiles> {
    const { path, maxSize } = source.git;
    const key = `${source.name} ${source.git.repository}`;
    const attempt = async (transport: GitTransport, name: string) => {
      const directory = join(scratch, name);
      await mkdir(directory);
      return transport.read({ target, path, maxSize, directory });
    };
    let read = this.large.has(key) ? 'too-large' : await attempt(repository.first, 'first');
    if (read === 'too-large') {
      if (!this.large.has(key))
        this.logger.log(`${source.name} is too large to be unpacked here: ${BY_PROGRAM}`);
      this.large.add(key);
      read = await attempt(await repository.forLarge(), 'large');
    }
    if (read === 'too-large') throw new DomainError('limit-exceeded', `${source.name} is too large`);
    const { commit, bytes, files } = read;
    return { changed: true, revision: revisionOf(commit, path), bytes, files };
  }
}

function revisionOf(commit: string, path: string): string {
  return `${commit}:${path}`;
}

function at(commit: string): GitTarget {
  return { commit, ref: commit };
}

async function makeScratch(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'thv-git-'));
  } catch (error) {
    const message = `Git sources need a directory for temporary files, and ${tmpdir()} is not writable: set TMPDIR`;
    throw new DomainError('source-unavailable', message, { cause: error });
  }
}
