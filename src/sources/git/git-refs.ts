import { DomainError } from '../../common/domain-error.js';
import type { GitSettings } from '../../config/registry-config.js';

/** One name that a repository advertises (protocol of `git ls-remote --symref`). */
export interface RemoteRef {
  /** Full name: `HEAD`, `refs/heads/main`. */
  readonly ref: string;
  readonly oid: string;
  /** What an annotated tag points at. */
  readonly peeled?: string | undefined;
  /** What a symbolic name stands for. */
  readonly target?: string | undefined;
}

/** What a source reads: the commit, and the name under which it is asked for. */
export interface GitTarget {
  readonly commit: string;
  /** A full name, or the commit's id. */
  readonly ref: string;
}

type Wanted = Pick<GitSettings, 'branch' | 'tag' | 'commit'>;

const FULL_ID = /^[0-9a-f]{40}$/;
const SHORT_ID = /^[0-9a-f]{4,39}$/;
/** Shorter ids are looked for among the names only: in a history they soon mean several commits. */
const MIN_SEARCHED = 7;
// oxlint-disable-next-line no-control-regex -- control characters are what git-check-ref-format(1) refuses
const BAD_NAME = /^[-/]|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|[/.]$|\.lock$/;
const BRANCHES = 'refs/heads/';
const TAGS = 'refs/tags/';
const LISTED = 5;

/** The commit of a source that is pinned to a full id; nothing needs to be asked then. */
export function pinnedCommit({ commit }: Wanted): string | undefined {
  const id = commit?.toLowerCase();
  return id !== undefined && FULL_ID.test(id) ? id : undefined;
}

/** The short id of a commit that a source wants; undefined for anything else. */
export function shortCommit({ commit }: Wanted): string | undefined {
  const id = commit?.toLowerCase();
  return id !== undefined && SHORT_ID.test(id) ? id : undefined;
}

/**
 * Finds what a source wants among the names that the repository has. `in-history` for a short id of a commit where no
 * name stands.
 * @throws DomainError `ref-not-found`, which names up to five that exist
 */
export function chooseRef(refs: readonly RemoteRef[], wanted: Wanted): GitTarget | 'in-history' {
  const { branch, tag, commit } = wanted;
  if (commit !== undefined) return chooseCommit(refs, commit.toLowerCase());
  if (branch !== undefined) return chooseNamed(refs, 'branch', BRANCHES, branch);
  if (tag !== undefined) return chooseNamed(refs, 'tag', TAGS, tag);
  const head = refs.find(({ ref }) => ref === 'HEAD');
  if (head !== undefined) return { commit: head.oid, ref: 'HEAD' };
  if (refs.length === 0) throw missing('The repository is empty: it has no branch');
  throw missing(`The repository has no default branch: set git.branch${existing(refs, BRANCHES)}`);
}

function chooseNamed(
  refs: readonly RemoteRef[],
  kind: 'branch' | 'tag',
  prefix: string,
  name: string,
): GitTarget {
  const full = name.startsWith(prefix) ? name : `${prefix}${name}`;
  const quoted = JSON.stringify(name);
  if (BAD_NAME.test(name)) throw missing(`git.${kind} ${quoted} is not a name that git allows`);
  const found = refs.find(({ ref }) => ref === full);
  if (found !== undefined) return { commit: found.peeled ?? found.oid, ref: full };
  throw missing(`The repository has no ${kind} ${quoted}${existing(refs, prefix)}`);
}

function chooseCommit(refs: readonly RemoteRef[], id: string): GitTarget | 'in-history' {
  if (FULL_ID.test(id)) return { commit: id, ref: id };
  if (!SHORT_ID.test(id)) throw missing(`git.commit ${JSON.stringify(id)} is not a commit id`);
  const matching = refs.filter(({ oid, peeled }) => (peeled ?? oid).startsWith(id));
  const [first, ...others] = new Set(matching.map(({ oid, peeled }) => peeled ?? oid));
  if (first !== undefined && others.length === 0) return { commit: first, ref: first };
  if (first !== undefined) throw ambiguousCommit(id);
  if (id.length >= MIN_SEARCHED) return 'in-history';
  const problem = `is not where a branch or tag stands, and too short to be searched for (${MIN_SEARCHED} characters)`;
  throw missing(`Short commit id ${id} ${problem}: write all 40 characters of git.commit`);
}

/** The error of a short id that stands for more than one commit. */
export function ambiguousCommit(id: string): DomainError {
  return missing(`Short commit id ${id} means several commits: write all 40 characters of git.commit`);
}

/** The error of a short id that stands for no commit of any branch or tag. */
export function unknownCommit(id: string): DomainError {
  return missing(`No branch or tag has a commit ${id} in its history: check git.commit`);
}

function existing(refs: readonly RemoteRef[], prefix: string): string {
  const names = refs.filter(({ ref }) => ref.startsWith(prefix)).map(({ ref }) => ref.slice(prefix.length));
  if (names.length === 0) return '; it has none';
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : '';
  return `; it has ${names.slice(0, LISTED).join(', ')}${more}`;
}

function missing(message: string): DomainError {
  return new DomainError('ref-not-found', message);
}
