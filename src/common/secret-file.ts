import { constants, open } from 'node:fs/promises';
import { DomainError } from './domain-error.js';

/** Larger files are no secrets, in bytes. */
const MAX_SECRET_BYTES = 64 * 1024;

/** Without waiting: a FIFO that nobody writes to would hold a thread of the process for ever. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};

/**
 * The secret in a file without white space around it. Read it at each use, so that a rotated file counts at once.
 * `key` is where the configuration names the file, for the message.
 * @throws DomainError `invalid-configuration` when there is none; the message never holds what the file holds
 */
export async function readSecretFile(path: string, key: string): Promise<string> {
  const refuse = (reason: string, cause?: unknown) =>
    new DomainError('invalid-configuration', `${key}: the secret in ${path} cannot be used: ${reason}`, {
      cause,
    });
  const bytes = await readBounded(path).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refuse(code === undefined ? message : (REASONS[code] ?? code), error);
  });
  const secret = decode(bytes)?.trim();
  if (secret === undefined) throw refuse('it is not UTF-8 text');
  if (secret === '') throw refuse('it is empty');
  return secret;
}

async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path, READ_ONLY);
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new Error('it is not a regular file');
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_SECRET_BYTES + 1) });
    if (bytesRead > MAX_SECRET_BYTES) throw new Error('it is larger than 64KiB');
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Undefined for what is not UTF-8. No error of the decoder is kept, which might hold the bytes. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
