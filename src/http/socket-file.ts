import { lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { DomainError } from '../common/domain-error.js';

/** What the address of a Unix socket can hold, in bytes; more is cut off silently by the system's library. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

/**
 * Makes the way free for a Unix socket at `path`: creates missing parent directories (0750) and removes a socket
 * on which nobody answers. Throws `conflict` for a live socket or any other file, which stay as they are, and
 * `invalid-configuration` for a path that no socket can have.
 */
export async function prepareSocketFile(path: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH) {
    throw new DomainError('invalid-configuration', `Socket path is longer than ${MAX_PATH} bytes: ${path}`);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const present = await lstat(path).catch(nullWhenMissing);
  if (present === null) return;
  if (!present.isSocket()) {
    throw new DomainError('conflict', `${path} exists and is not a socket; remove it or choose another path`);
  }
  if (await isAnswered(path)) {
    throw new DomainError('conflict', `Another process is listening on ${path}`);
  }
  await unlink(path).catch(nullWhenMissing);
}

/** Only a refused or vanished connection proves that nobody listens; whatever else happens counts as alive. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!isCode(error, 'ECONNREFUSED') && !isCode(error, 'ENOENT')));
  });
}

function nullWhenMissing(error: unknown): null {
  if (isCode(error, 'ENOENT')) return null;
  throw error;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
