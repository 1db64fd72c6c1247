import { createHash } from 'node:crypto';

/** Characters that mean the same in every file system: no capitals, which some do not tell apart. */
const PLAIN = /^[a-z0-9._-]$/;
/** Names of files have at most 255 bytes, and something may be put behind this one. */
const MAX_LENGTH = 200;
const KEPT_OF_LONG = 120;

/**
 * `name` as one segment of a path, whatever it holds: other bytes than those of `[a-z0-9._-]` become `%xx`, as does a
 * dot at either end, so that none is hidden, moves to another folder or is dropped. Different names stay different; of
 * what would be too long the end is replaced by a hash.
 */
export function pathSegment(name: string): string {
  const characters = Array.from(name);
  const last = characters.length - 1;
  const encoded = characters
    .map((character, index) => {
      const isEdgeDot = character === '.' && (index === 0 || index === last);
      return PLAIN.test(character) && !isEdgeDot ? character : percentEncoded(character);
    })
    .join('');
  if (encoded.length <= MAX_LENGTH) return encoded;
  // An encoded name never has `%-`, so that no other name looks like a shortened one.
  return `${encoded.slice(0, KEPT_OF_LONG)}%-${createHash('sha256').update(name).digest('hex')}`;
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
