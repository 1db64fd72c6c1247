import { DomainError } from '../../common/domain-error.js';
import { parseGlob } from '../../model/glob.js';
import { isYamlName } from '../../model/yaml-text.js';

const GLOB_CHARACTERS = /[*?[\]{}\\]/;
const ANY_DEPTH = '**';

/** Which files of a repository a source wants. */
export interface PathSelector {
  /** The part of the path without wildcards: a file, a directory, or empty for the root. */
  readonly base: string;
  /** True for a wanted file, given from the root with `/`. */
  matches(path: string): boolean;
}

/**
 * Reads `git.path`: a file; a directory, which means every `*.json`, `*.yaml` and `*.yml` below it but hidden ones; or a glob, where `*`
 * stays inside one name and `**` stands for any number of directories.
 * @throws DomainError `invalid-configuration` for a path that leaves the repository or a broken glob
 */
export function selectPaths(path: string): PathSelector {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..') || path.includes('\0')) throw badPath(path, 'must stay inside the repository');
  const firstGlob = segments.findIndex((segment) => GLOB_CHARACTERS.test(segment));
  if (firstGlob === -1) return fileOrDirectory(segments.join('/'));
  const matchers = segments.map((segment) => (segment === ANY_DEPTH ? ANY_DEPTH : matcherOf(segment, path)));
  const base = segments.slice(0, firstGlob).join('/');
  return { base, matches: (candidate) => matchesSegments(matchers, candidate.split('/')) };
}

/** True for a name that may stand in a tree; others come from a repository that was made to do harm. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}

type Matcher = typeof ANY_DEPTH | ((name: string) => boolean);

function fileOrDirectory(base: string): PathSelector {
  const prefix = base === '' ? '' : `${base}/`;
  const isBelow = (path: string): boolean => {
    const names = path.slice(prefix.length).split('/');
    const isData = path.endsWith('.json') || isYamlName(path);
    return path.startsWith(prefix) && isData && !names.some((name) => name.startsWith('.'));
  };
  return { base, matches: (path) => path === base || isBelow(path) };
}

function matcherOf(segment: string, path: string): Matcher {
  const glob = parseGlob(segment);
  if ('problem' in glob) throw badPath(path, glob.problem);
  return glob.matches;
}

/** Row by row over the pattern, so that the effort is the product of both lengths however many `**` there are. */
function matchesSegments(matchers: readonly Matcher[], names: readonly string[]): boolean {
  let reached: boolean[] = [true, ...names.map(() => false)];
  for (const matcher of matchers) {
    const next: boolean[] = [];
    for (let end = 0; end <= names.length; end += 1) {
      const name = names[end - 1];
      next[end] =
        matcher === ANY_DEPTH
          ? reached[end] === true || next[end - 1] === true
          : name !== undefined && reached[end - 1] === true && matcher(name);
    }
    reached = next;
  }
  return reached[names.length] === true;
}

function badPath(path: string, reason: string): DomainError {
  return new DomainError('invalid-configuration', `git.path ${JSON.stringify(path)} ${reason}`);
}
