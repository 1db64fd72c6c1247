import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '../common/domain-error.js';

/** Longest socket path that every system takes. */
const MAX_SOCKET_PATH = 100;
/** A takeover mark older than this was left by a process that died while taking over, in milliseconds. */
const TAKEOVER_EXPIRES = 10_000;

/**
 * Holds a store directory for one process. The lock is a listening socket, which ends with its process: nothing
 * about it survives `kill -9`, and no process id is ever compared.
 */
export class StoreLock {
  private constructor(private readonly server: Server) {}

  /** Takes the lock. @throws DomainError `store-locked` when a running process has it. */
  static async take(directory: string): Promise<StoreLock> {
    const path = socketPath(directory);
    const first = await listen(path);
    if (first !== undefined) return new StoreLock(first);
    if (await answers(path)) throw lockedBy(directory);
    const mark = await open(`${path}.takeover`, 'wx').catch(() => undefined);
    if (mark === undefined) {
      await expire(`${path}.takeover`);
      throw lockedBy(directory);
    }
    try {
      // Asked again: whoever had the mark before may have put a socket that answers in the dead one's place.
      if (await answers(path)) throw lockedBy(directory);
      // Renamed, not removed: of two processes that saw the dead socket only one can move it.
      const stale = `${path}.${randomUUID()}`;
      await rename(path, stale).then(() => rm(stale, { force: true }));
      const server = await listen(path);
      if (server === undefined) throw lockedBy(directory);
      return new StoreLock(server);
    } finally {
      await mark.close();
      await rm(`${path}.takeover`, { force: true });
    }
  }

  /** Gives the directory up. Closing removes the socket; removing it afterwards could hit that of the next holder. */
  async release(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function lockedBy(directory: string): DomainError {
  return new DomainError(
    'store-locked',
    `Another process uses the embedded store in ${directory}; stop it, or give this one its own fileStorage.baseDir`,
  );
}

function socketPath(directory: string): string {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\thv-registry-api-${name}`;
  const inside = join(directory, 'lock.sock');
  return inside.length <= MAX_SOCKET_PATH ? inside : join(tmpdir(), `thv-registry-api-${name}.sock`);
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
