import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DomainError } from '../common/domain-error.js';

/** Largest registry file that is read when nothing else is configured, in bytes: 100 MiB. */
export const MAX_REGISTRY_FILE_BYTES = 100 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'there is no permission to read it',
};

/**
 * Reads a registry file, or a pipe, as text without a byte order mark.
 * @throws DomainError `invalid-source-data` when that is not possible, with the reason as its message
 */
export async function readRegistryFile(path: string, maxBytes = MAX_REGISTRY_FILE_BYTES): Promise<string> {
  const bytes = await readBounded(path, maxBytes).catch((error: unknown) => {
    if (error instanceof DomainError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw refusal(REASONS[code] ?? `it cannot be read (${code || String(error)})`, error);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw refusal('it is not UTF-8 text', error);
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const about = await stat(path);
  if (about.isDirectory()) throw refusal('it is a directory: name the files in it');
  if (about.size > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The size of a pipe is not known before, and a file may grow meanwhile.
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): DomainError {
  return refusal(`it is larger than ${maxBytes} bytes`);
}

function refusal(message: string, cause?: unknown): DomainError {
  return new DomainError('invalid-source-data', message, { cause });
}
