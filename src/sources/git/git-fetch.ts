import fs from 'node:fs';
import git from 'isomorphic-git';
import { DomainError } from '../../common/domain-error.js';
import { upstreamName } from '../../common/upstream-problem.js';
import { readAll, type GitFiles, type TreeFile } from './git-files.js';
import type { GitHttp } from './git-http.js';
import { TREE_ENTRY_LIMIT } from './git-limits.js';
import { isPlainName, selectPaths, type PathSelector } from './git-paths.js';
import { commitRefused, explainGitError } from './git-problem.js';
import type { GitWish } from './git-transport.js';

const REMOTE = 'origin';

/** One repository on disk as isomorphic-git takes it; the cache keeps what was unpacked. */
interface Local {
  readonly fs: typeof fs;
  readonly gitdir: string;
  readonly cache: object;
}

/**
 * Fetches one commit without its history into `wish.directory` and reads the wanted files out of its objects. No
 * file of the repository is ever written, and symbolic links and submodules are passed over.
 * @throws DomainError, or what the transport threw
 */
export async function fetchFiles(wish: GitWish, http: GitHttp): Promise<GitFiles> {
  const local: Local = { fs, gitdir: wish.directory, cache: {} };
  try {
    const { commit, tree } = await fetchCommit(wish, http, local);
    const found = await findFiles(local, tree, selectPaths(wish.path));
    if (found === 'link') throw linkAt(wish.path);
    return await readAll({ ...wish, commit }, found, async ({ oid }) => {
      const { blob } = await git.readBlob({ ...local, oid });
      return blob;
    });
  } catch (error) {
    if (http.failure !== undefined) throw http.failure;
    throw await explainGitError(error, upstreamName(http.access.repository), wish.directory);
  }
}

async function fetchCommit({ target }: GitWish, http: GitHttp, local: Local) {
  const { gitdir } = local;
  const { repository } = http.access;
  await git.init({ fs, gitdir, bare: true });
  await git.addRemote({ fs, gitdir, remote: REMOTE, url: repository });
  const { ref } = target;
  const options = { remote: REMOTE, ref, remoteRef: ref, depth: 1, singleBranch: true, tags: false };
  const { fetchHead, packfile } = (await git.fetch({ ...local, http, ...options })) as {
    readonly fetchHead: string | null;
    readonly packfile?: string;
  };
  const isPinned = ref === target.commit;
  if (fetchHead === null || (packfile === undefined && isPinned)) {
    throw commitRefused(upstreamName(repository), target.commit);
  }
  // Follows an annotated tag to its commit, which may have moved since the names were listed.
  const { oid, commit } = await git.readCommit({ ...local, oid: fetchHead });
  return { commit: oid, tree: commit.tree };
}

/** The wanted files below a tree; `link` when the path itself is a symbolic link. */
async function findFiles(local: Local, root: string, selector: PathSelector): Promise<TreeFile[] | 'link'> {
  let tree = root;
  const names = selector.base.split('/').filter((name) => name !== '');
  for (const [index, name] of names.entries()) {
    const entries = await readTree(local, tree);
    const entry = entries.find(({ path }) => path === name);
    if (entry?.mode === '120000') return 'link';
    const isLast = index === names.length - 1;
    if (isLast && isFile(entry) && selector.matches(selector.base)) {
      return [{ path: selector.base, oid: entry.oid }];
    }
    if (entry?.type !== 'tree') return [];
    tree = entry.oid;
  }
  return walk(local, { path: selector.base, oid: tree }, selector);
}

async function walk(local: Local, start: TreeFile, selector: PathSelector): Promise<TreeFile[]> {
  const found: TreeFile[] = [];
  const pending = [start];
  // Equal directories, of which a hostile repository can name millions, are unpacked once.
  const known = new Map<string, readonly Entry[]>();
  let seen = 0;
  for (let tree = pending.pop(); tree !== undefined; tree = pending.pop()) {
    const entries = known.get(tree.oid) ?? (await readTree(local, tree.oid));
    known.set(tree.oid, entries);
    seen += entries.length;
    if (seen > TREE_ENTRY_LIMIT) {
      const message = `${start.path || 'The repository'} has more than ${TREE_ENTRY_LIMIT} entries: narrow git.path`;
      throw new DomainError('limit-exceeded', message);
    }
    for (const entry of entries) {
      if (!isPlainName(entry.path)) continue;
      const path = tree.path === '' ? entry.path : `${tree.path}/${entry.path}`;
      if (entry.type === 'tree') pending.push({ path, oid: entry.oid });
      else if (isFile(entry) && selector.matches(path)) found.push({ path, oid: entry.oid });
    }
  }
  return found;
}

type Entry = Awaited<ReturnType<typeof readTree>>[number];

async function readTree(local: Local, oid: string) {
  const { tree } = await git.readTree({ ...local, oid });
  return tree;
}

function isFile(entry: Entry | undefined): entry is Entry {
  return entry?.type === 'blob' && entry.mode !== '120000';
}

function linkAt(path: string): DomainError {
  const message = `git.path ${JSON.stringify(path)} leads through a symbolic link, which is not followed: name the file itself`;
  return new DomainError('path-not-found', message);
}
