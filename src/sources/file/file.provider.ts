import { createHash } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { formatByteSize } from '../../common/byte-size.js';
import { DomainError } from '../../common/domain-error.js';
import type { SourceConfig } from '../../config/registry-config.js';
import type { FetchedFiles, FetchedNothing, FetchContext, SourceProvider } from '../source-provider.js';

/** Without waiting: opening a FIFO that nobody writes to would hang, and hold a thread of the process for ever. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

type FileSource = SourceConfig & { readonly kind: 'file' };

/** Reads one file by path, or the data written in the configuration itself. */
@Injectable()
export class FileProvider implements SourceProvider<'file'> {
  readonly kind = 'file';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: false };

  async fetch(source: FileSource, context: FetchContext): Promise<FetchedNothing | FetchedFiles> {
    const { path, data, maxSize } = source.file;
    const origin = path ?? 'inline data';
    if (context.signal.aborted) throw new DomainError('aborted', `Reading ${origin} was stopped`);
    const bytes =
      path === undefined ? Buffer.from(data ?? '') : await readBounded(path, maxSize, context.signal);
    if (bytes.length > maxSize) throw tooLarge(origin, bytes.length, maxSize);
    const revision = createHash('sha256').update(bytes).digest('hex');
    if (revision === context.knownRevision) return { changed: false, revision };
    return { changed: true, revision, bytes: bytes.length, files: [{ origin, text: decode(bytes, origin) }] };
  }
}

/** Reads a regular file of at most `maxSize` bytes, refusing a larger one before reading it. */
async function readBounded(path: string, maxSize: number, signal: AbortSignal): Promise<Buffer> {
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

function tooLarge(origin: string, size: number, maxSize: number): DomainError {
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

function decode(bytes: Buffer, origin: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DomainError('invalid-source-data', `${origin} is not UTF-8 text`, { cause: error });
  }
}
