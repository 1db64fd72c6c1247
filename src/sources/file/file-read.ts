import { constants, open } from 'node:fs/promises';
import { formatByteSize } from '../../common/byte-size.js';
import { DomainError } from '../../common/domain-error.js';

/** Without waiting: opening a FIFO that nobody writes to would hang, and hold a thread of the process for ever. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file of at most `maxSize` bytes, refusing a larger one before reading it.
 * @throws DomainError `source-unavailable`, `limit-exceeded`, `aborted`
 */
export async function readBounded(path: string, maxSize: number, signal: AbortSignal): Promise<Buffer> {
  let file;
  try {
    file = await open(path, READ_ONLY);
    const info = await file.stat();
    if (!info.isFile()) throw new DomainError('source-unavailable', `${path} is not a regular file`);
    if (info.size > maxSize) throw tooLarge(path, info.size, maxSize);
    const bytes = await file.readFile({ signal });
    // The file may have grown since it was measured.
    if (bytes.length > maxSize) throw tooLarge(path, bytes.length, maxSize);
    return bytes;
  } catch (error) {
    throw explain(error, path);
  } finally {
    await file?.close();
  }
}

/** The error for data of `size` bytes. */
export function tooLarge(origin: string, size: number, maxSize: number): DomainError {
  return new DomainError(
    'limit-exceeded',
    `${origin} has ${formatByteSize(size)}, more than maxSize (${formatByteSize(maxSize)})`,
  );
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError')
    return new DomainError('aborted', `Reading ${path} was stopped`, { cause: error });
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOENT: `${path} does not exist; a relative path starts at the working directory`,
    EACCES: `${path} may not be read by this user`,
    EISDIR: `${path} is a directory`,
  };
  const reason = reasons[code ?? ''] ?? `${path} could not be read (${code ?? error.name})`;
  return new DomainError('source-unavailable', reason, { cause: error });
}
