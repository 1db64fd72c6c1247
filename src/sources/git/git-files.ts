import { formatByteSize } from '../../common/byte-size.js';
import { DomainError } from '../../common/domain-error.js';
import { isYamlName, jsonTextOf } from '../../model/yaml-text.js';
import type { FetchedFile } from '../source-provider.js';
import { FILE_LIMIT } from './git-limits.js';

/** One file of a commit. */
export interface TreeFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  /** Object id of its content. */
  readonly oid: string;
}

/** The files of a commit that a source wants. */
export interface GitFiles {
  /** The commit they were read from. */
  readonly commit: string;
  /** Size of all of them together. */
  readonly bytes: number;
  readonly files: readonly FetchedFile[];
}

/**
 * Orders files by path and reads their contents, at most `maxSize` bytes in all; YAML as JSON.
 * @throws DomainError `path-not-found` when there are none, `limit-exceeded`, `invalid-source-data`
 */
export async function readAll(
  wanted: { readonly path: string; readonly commit: string; readonly maxSize: number },
  found: readonly TreeFile[],
  read: (file: TreeFile) => Promise<Uint8Array>,
): Promise<GitFiles> {
  const { path, commit, maxSize } = wanted;
  if (found.length === 0) throw nothingAt(path, commit);
  if (found.length > FILE_LIMIT) throw tooManyFiles(path);
  const files: FetchedFile[] = [];
  let bytes = 0;
  for (const file of found.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
    const content = await read(file);
    bytes += content.length;
    if (bytes > maxSize) throw tooManyBytes(path, maxSize);
    files.push({ origin: file.path, text: readText(decode(content, file.path), file.path) });
  }
  return { commit, bytes, files };
}

/** The error of a path that names nothing. */
export function nothingAt(path: string, commit: string): DomainError {
  const message = `Commit ${commit.slice(0, 12)} has no registry file at git.path ${JSON.stringify(path)}`;
  return new DomainError('path-not-found', `${message}: check the spelling, the case and the branch`);
}

/** The error of files that are more than `maxSize` bytes together. */
export function tooManyBytes(path: string, maxSize: number): DomainError {
  return new DomainError('limit-exceeded', `${path} has more than git.maxSize (${formatByteSize(maxSize)})`);
}

function tooManyFiles(path: string): DomainError {
  const message = `${path} names more than ${FILE_LIMIT} files, the most of one source: narrow git.path`;
  return new DomainError('limit-exceeded', message);
}

/** YAML becomes JSON with everything on the line where it stood. */
function readText(text: string, path: string): string {
  if (!isYamlName(path)) return text;
  try {
    return jsonTextOf(text, true);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DomainError('invalid-source-data', `${path} is not UTF-8 text`, { cause: error });
  }
}
