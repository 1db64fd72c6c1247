import { createHash } from 'node:crypto';

/** A strong entity tag of `bytes`: their SHA-256 in base64url, quoted (RFC 9110, 8.8.3). */
export function entityTag(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url')}"`;
}

/**
 * True when `If-None-Match` names `etag`: one tag, a list, or `*`. The comparison is weak (RFC 9110, 13.1.2),
 * since proxies that compress on the way mark our tags as weak.
 */
export function matchesEntityTag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((member) => member.trim().replace(/^W\//, '') === etag);
}
