import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DomainError } from '../common/domain-error.js';

/** Longest socket path that every system takes, in bytes; a longer one is cut in silence. */
const MAX_SOCKET_PATH = 100;
/** A takeover mark older than this was left by a process that died while taking over, in milliseconds. */
const TAKEOVER_EXPIRES = 10_000;

/**
 * Holds a store directory for one process. The lock is a listening socket, which ends with its process: nothing
 * about it survives `kill -9`, and no process id is ever compared.
 */
export class StoreLock {
  private constructor(private readonly server: Server) {}

  /**
   * Takes the lock. Waits for a takeover that is under way, which takes milliseconds unless its process died in it.
   * @throws DomainError `store-locked` when a running process has it, `store-unavailable` when the path is too long
   */
  static async take(directory: string): Promise<StoreLock> {
    const path = socketPath(directory);
    for (;;) {
      const server = (await listen(path)) ?? (await takeOver(path, directory));
      if (server !== undefined) return new StoreLock(server);
      await wait(100);
    }
  }

  /** Gives the directory up. Closing removes the socket; removing it afterwards could hit that of the next holder. */
  async release(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Takes the place of a dead socket; undefined while another process does. */
async function takeOver(path: string, directory: string): Promise<Server | undefined> {
  if (await answers(path)) throw lockedBy(directory);
  const mark = await open(`${path}.takeover`, 'wx').catch(() => undefined);
  if (mark === undefined) {
    await expire(`${path}.takeover`);
    return undefined;
  }
  try {
    // Asked again: whoever had the mark before may have put a socket that answers in the dead one's place.
    if (await answers(path)) throw lockedBy(directory);
    // Renamed, not removed: of two processes that saw the dead socket only one can move it.
    const stale = `${path}.${randomUUID()}`;
    await rename(path, stale);
    await rm(stale, { force: true });
    return await listen(path);
  } finally {
    await mark.close();
    await rm(`${path}.takeover`, { force: true });
  }
}

function lockedBy(directory: string): DomainError {
  return new DomainError(
    'store-locked',
    `Another process uses the embedded store in ${directory}; stop it, or give this one its own fileStorage.baseDir`,
  );
}

function socketPath(directory: string): string {
  if (process.platform === 'win32') {
    const name = createHash('sha256').update(directory).digest('hex').slice(0, 24);
    return `\\\\.\\pipe\\thv-registry-api-${name}`;
  }
  const path = join(directory, 'lock.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  throw new DomainError(
    'store-unavailable',
    `The path of the embedded store, ${directory}, is too long for the socket that locks it: give fileStorage.baseDir ` +
      `a path of at most ${MAX_SOCKET_PATH - '/lock.sock'.length} bytes`,
  );
}

/** A server on `path`, or undefined when something is there already. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

/** Whether a process listens on `path`. Only a refused or vanished connection proves that none does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

async function expire(mark: string): Promise<void> {
  const made = await stat(mark).catch(() => undefined);
  if (made !== undefined && Date.now() - made.mtimeMs > TAKEOVER_EXPIRES) await rm(mark, { force: true });
}
