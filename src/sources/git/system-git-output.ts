import { DomainError } from '../../common/domain-error.js';
import { isPlainName } from './git-paths.js';
import type { TreeFile } from './git-files.js';
import type { RemoteRef } from './git-refs.js';

const PEELED = '^{}';
const NEWLINE = 0x0a;

/** Reads what `git ls-remote --symref` prints. */
export function parseRefs(output: string): RemoteRef[] {
  const refs = new Map<string, RemoteRef>();
  const targets = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [value, name] = line.split('\t');
    if (value === undefined || name === undefined) continue;
    if (value.startsWith('ref: ')) {
      targets.set(name, value.slice('ref: '.length));
      continue;
    }
    const tag = name.endsWith(PEELED) ? refs.get(name.slice(0, -PEELED.length)) : undefined;
    if (tag !== undefined) refs.set(tag.ref, { ...tag, peeled: value });
    else refs.set(name, { ref: name, oid: value });
  }
  return [...refs.values()].map((ref) => {
    const target = targets.get(ref.ref);
    return target === undefined ? ref : { ...ref, target };
  });
}

/** The lines that begin with a text, at most two of them; without making a text of all of it. */
export function matchingLines(output: Buffer, start: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < output.length && found.length < 2;) {
    const next = output.indexOf(NEWLINE, at);
    const end = next === -1 ? output.length : next;
    const line = output.toString('latin1', at, Math.min(end, at + start.length));
    if (line === start) found.push(output.toString('latin1', at, end));
    at = end + 1;
  }
  return found;
}

/** Reads what `git ls-tree -r -z` prints; symbolic links, submodules and forged names are left out. */
export function parseTree(output: string): TreeFile[] {
  return output.split('\0').flatMap((line) => {
    const match = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line);
    const [, oid = '', path = ''] = match ?? [];
    return match !== null && path.split('/').every(isPlainName) ? [{ path, oid }] : [];
  });
}

/** Reads what `git cat-file --batch-check=%(objectsize)` prints. */
export function parseSizes(output: string): number[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => (/^\d+$/.test(line) ? Number(line) : unreadable()));
}

/** Reads what `git cat-file --batch` prints: contents by object id. */
export function parseBlobs(output: Buffer): Map<string, Uint8Array> {
  const blobs = new Map<string, Uint8Array>();
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf(NEWLINE, at);
    const [oid, type, size] = output.toString('latin1', at, end === -1 ? at : end).split(' ');
    if (oid === undefined || type !== 'blob' || size === undefined) return unreadable();
    const start = end + 1;
    at = start + Number(size);
    blobs.set(oid, output.subarray(start, at));
    at += 1;
  }
  return blobs;
}

function unreadable(): never {
  throw new DomainError('upstream-truncated', 'The repository did not send a file that it lists');
}
