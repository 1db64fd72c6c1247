import { createHash } from 'node:crypto';
import { setImmediate as afterOthers } from 'node:timers/promises';

/** Taken at once: a millisecond or two of hashing, in which nobody is answered. */
const PIECE_BYTES = 512 * 1024;

/** The SHA-256 of the whole, in hexadecimal digits. Others have their turn in between. */
export async function hashOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(bytes)) hash.update(piece);
  return hash.digest('hex');
}

/** The text of UTF-8 bytes, a byte order mark included. Others have their turn in between. @throws TypeError when it is none */
export async function textOf(bytes: Buffer): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const parts: string[] = [];
  for await (const piece of piecesOf(bytes)) parts.push(decoder.decode(piece, { stream: true }));
  parts.push(decoder.decode());
  return parts.join('');
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (at > 0) await afterOthers();
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}
