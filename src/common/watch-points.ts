import { lstat, readlink, stat } from 'node:fs/promises';
import { dirname, parse, resolve, sep } from 'node:path';

/** More links than this are a circle, as for the system. */
const MAX_LINKS = 40;
/** Longer than any tick of a file system's clock, in milliseconds. */
const TICK_MS = 100;

/**
 * The directories in which something must happen before `path` can stand for another file: the one it lies in, and
 * that of each link on the way, as mounted configuration swaps them. Where something is missing, the directory in
 * which it would appear.
 */
export async function watchPoints(path: string): Promise<readonly string[]> {
  const points = new Set<string>();
  let { root: current } = parse(resolve(path));
  let rest = resolve(path).slice(current.length).split(sep).filter(Boolean);
  for (let links = 0; rest.length > 0 && links <= MAX_LINKS;) {
    const [name = '', ...further] = rest;
    const next = resolve(current, name);
    const about = await lstat(next).catch(() => undefined);
    if (about?.isSymbolicLink()) {
      points.add(current);
      const target = resolve(current, await readlink(next).catch(() => name), ...further);
      ({ root: current } = parse(target));
      rest = target.slice(current.length).split(sep).filter(Boolean);
      links += 1;
    } else if (about?.isDirectory() && further.length > 0) {
      current = next;
      rest = further;
    } else {
      points.add(current);
      return [...points];
    }
  }
  return [...points, dirname(resolve(path))];
}

/** What tells one state of a file from another without reading it. */
export interface FileState {
  readonly key: string;
  /** False right after a change: another one in the same tick of the file system's clock would have the same key. */
  readonly isSettled: boolean;
}

export async function fileState(path: string): Promise<FileState> {
  const about = await stat(path, { bigint: true }).catch(() => undefined);
  if (about === undefined) return { key: 'missing', isSettled: true };
  const key = [about.dev, about.ino, about.size, about.mtimeNs, about.ctimeNs].join(' ');
  return { key, isSettled: Date.now() - Number(about.mtimeMs) >= TICK_MS };
}

/** Which directory a path stands for now, so that one that was replaced is seen. */
export async function directoryIdentity(path: string): Promise<string> {
  const about = await stat(path, { bigint: true }).catch(() => undefined);
  return about === undefined ? 'missing' : `${about.dev} ${about.ino}`;
}
