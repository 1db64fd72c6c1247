import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { DomainError } from './domain-error.js';

/** What requests offer in `Accept-Encoding`. */
export const ACCEPTED_ENCODINGS = 'gzip, br';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
/** More layers than this are an attack, not a compression. */
const MAX_LAYERS = 2;

/** The names in a `Content-Encoding` header in order of application, without those that change nothing. */
export function bodyEncodings(header: string | null): string[] {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && name !== 'identity');
}

/**
 * The body without its content encodings. Destroying the result destroys the body.
 * @throws DomainError `upstream-failed` for an encoding that was not offered
 */
export function decodeBody(body: Readable, encodings: readonly string[], what: string): Readable {
  const decoders = encodings.toReversed().map((name) => DECODERS[name]);
  if (decoders.includes(undefined) || decoders.length > MAX_LAYERS) {
    throw new DomainError('upstream-failed', `${what} sends a body in an unknown encoding`);
  }
  let decoded = body;
  for (const decoder of decoders) {
    // The callback keeps failures from being unhandled; whoever reads gets them from the stream.
    if (decoder !== undefined) decoded = pipeline(decoded, decoder(), () => {});
  }
  return decoded;
}
