import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../common/domain-error.js';
import { EMBEDDED_SEED, EmbeddedEngine } from './embedded-engine.js';
import type { StoreFence } from './store-fence.js';
import { StoreLock } from './store-lock.js';

/** Major version of the embedded engine, which decides the format of its files. */
const ENGINE_MAJOR = '18';
const UNPACKING = 'store.new-';

/** An open embedded store. */
export interface EmbeddedStore {
  readonly engine: EmbeddedEngine;
  /** Where it lies; undefined in memory. */
  readonly directory?: string;
  close(): Promise<void>;
}

/**
 * Opens the store below `baseDir`, or in memory when that is undefined. `initdb` never runs here: a new store is
 * unpacked from the seed, because making a cluster takes three times the memory of serving it. With a fence it is used
 * as long as that allows.
 * @throws DomainError `store-locked`, `store-unavailable`
 */
export async function openEmbeddedStore(
  baseDir: string | undefined,
  fence?: StoreFence,
): Promise<EmbeddedStore> {
  if (baseDir === undefined) {
    const engine = await EmbeddedEngine.start({ seed: EMBEDDED_SEED });
    return { engine, close: () => engine.close() };
  }
  await makeDirectory(baseDir);
  const root = await realpath(baseDir);
  const lock = await StoreLock.take(root);
  try {
    const directory = join(root, 'store');
    await prepare(root, directory);
    const engine = await EmbeddedEngine.start({ directory, ...(fence && { fence: fence.memory }) });
    const close = async () => {
      await engine.close();
      await lock.release();
    };
    return { engine, directory, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** True when files can be made in `directory` (which may not exist yet). */
export async function isWritable(directory: string): Promise<boolean> {
  try {
    await makeDirectory(directory);
    await access(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Step by step: Node's recursive form never ends where the file system refuses new directories, as /proc does. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o750 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o750 });
  }
}

async function prepare(root: string, directory: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith(UNPACKING)) await rm(join(root, name), { recursive: true, force: true });
  }
  const major = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (major === undefined) return unpackSeed(root, directory);
  if (major.trim() === ENGINE_MAJOR) return;
  throw new DomainError(
    'store-unavailable',
    `The embedded store in ${directory} was made by engine version ${major.trim()}; this program has ${ENGINE_MAJOR}. ` +
      'Move the directory away to start with an empty store, which the next sync fills again',
  );
}

/** Unpacks beside the target and renames, so that a process killed meanwhile leaves no half-made store. */
async function unpackSeed(root: string, directory: string): Promise<void> {
  const fresh = join(root, `${UNPACKING}${randomUUID()}`);
  const engine = await EmbeddedEngine.start({ directory: fresh, seed: EMBEDDED_SEED });
  await engine.close();
  await rename(fresh, directory);
}
