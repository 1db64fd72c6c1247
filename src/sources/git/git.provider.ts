import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { SourceConfig } from '../../config/registry-config.js';
import type { FetchedFiles, FetchedNothing, FetchContext, SourceProvider } from '../source-provider.js';
import { openRepository, type GitRepository } from './git-repository.js';
import { selectPaths } from './git-paths.js';
import { chooseRef, pinnedCommit, shortCommit, type GitTarget } from './git-refs.js';
import type { GitTransport } from './git-transport.js';
import { withinTime } from './time-limit.js';

const BY_PROGRAM = 'the git program of this machine reads it';

const COMMIT_LENGTH = 40;

type GitSource = SourceConfig & { readonly kind: 'git' };

/** What is to be read, and who reads it if not the first way to the repository. */
interface ChosenTarget {
  readonly target: GitTarget;
  readonly transport?: GitTransport;
}

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
    if (knownRevision !== undefined && isPinnedTo(git, knownRevision)) {
      return { changed: false, revision: knownRevision };
    }
    const scratch = await makeScratch();
    try {
      return await withinTime({ what: source.name, timeoutMs: git.timeoutMs, signal }, async (limited) => {
        const repository = await openRepository(git, scratch, limited.signal);
        this.tell(source, repository);
        limited.received = () => repository.first.received();
        const chosen =
          pinned === undefined ? await this.choose(source, repository, scratch) : { target: at(pinned) };
        const { commit } = chosen.target;
        if (sameAsKnown(commit)) return { changed: false, revision: revisionOf(commit, git.path) };
        return this.read(source, repository, chosen, scratch);
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

  /** What the source wants. The git program searches histories, and reads what it finds there. */
  private async choose(
    { name, git }: GitSource,
    repository: GitRepository,
    scratch: string,
  ): Promise<ChosenTarget> {
    const target = chooseRef(await repository.first.listRefs(), git);
    if (target !== 'in-history') return { target };
    if (!repository.isByProgram) {
      this.logger.log(`${name} names a short commit id that is at no branch or tag: ${BY_PROGRAM}`);
    }
    const program = await repository.program();
    const directory = join(scratch, 'history');
    await mkdir(directory);
    return { target: at(await program.findCommit(shortCommit(git) ?? '', directory)), transport: program };
  }

  private async read(
    source: GitSource,
    repository: GitRepository,
    { target, transport: first = repository.first }: ChosenTarget,
    scratch: string,
  ): Promise<FetchedFiles> {
    const { path, maxSize } = source.git;
    const key = `${source.name} ${source.git.repository}`;
    const attempt = async (transport: GitTransport, name: string) => {
      const directory = join(scratch, name);
      await mkdir(directory);
      return transport.read({ target, path, maxSize, directory });
    };
    let read = this.large.has(key) ? 'too-large' : await attempt(first, 'first');
    if (read === 'too-large') {
      if (!this.large.has(key))
        this.logger.log(`${source.name} is too large to be unpacked here: ${BY_PROGRAM}`);
      this.large.add(key);
      read = await attempt(await repository.program(), 'large');
    }
    if (read === 'too-large') throw new DomainError('limit-exceeded', `${source.name} is too large`);
    const { commit, bytes, files } = read;
    return { changed: true, revision: revisionOf(commit, path), bytes, files };
  }
}

/** True when the revision is of the one commit that the source names, which cannot change. */
function isPinnedTo({ commit, path }: GitSource['git'], revision: string): boolean {
  const id = commit === undefined ? undefined : (pinnedCommit({ commit }) ?? shortCommit({ commit }));
  return id !== undefined && revision.startsWith(id) && revision.slice(COMMIT_LENGTH) === `:${path}`;
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
