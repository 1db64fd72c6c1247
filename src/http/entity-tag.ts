import { createHash } from 'node:crypto';

/** A strong entity tag of bytes in any number of pieces: their SHA-256 in base64url, quoted (RFC 9110, 8.8.3). */
export function entityTag(...pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `"${hash.digest('base64url')}"`;
}

/**
 * True when `If-None-Match` names `etag`: one tag, a list, or `*`. The comparison is weak (RFC 9110, 13.1.2),
 * since proxies that compress on the way mark our tags as weak.
 */
export function matchesEntityTag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((member) => member.trim().replace(/^W\//, '') === etag);
}
