import { DomainError, type DomainErrorCode } from '../../common/domain-error.js';

/** Tries for one request, the first included. */
export const MAX_TRIES = 3;
/** Longest pause that an upstream may ask for within a round, in milliseconds; the next round may be sooner. */
export const MAX_RETRY_AFTER_MS = 60_000;

/** Answers that say that the same request may succeed later. */
const PASSING_STATUSES = new Set([429, 502, 503, 504]);
/** What networks do to one request and not to the next; half a page is one of them. */
const PASSING_CODES = new Set<DomainErrorCode>([
  'upstream-unresolved',
  'upstream-refused',
  'upstream-failed',
  'upstream-truncated',
  'time-limit-exceeded',
  'invalid-source-data',
]);

/** True for the answers after which the same request is tried again. */
export function isPassingStatus(status: number): boolean {
  return PASSING_STATUSES.has(status);
}

/** True for the failures after which the same request is tried again. */
export function isPassingFailure(error: unknown): error is DomainError {
  return error instanceof DomainError && PASSING_CODES.has(error.code);
}

/**
 * Milliseconds until try `attempt + 1` after try `attempt` failed: doubled each time, with up to a quarter of jitter,
 * and not before the upstream wants it.
 */
export function retryPause(
  attempt: number,
  initialMs: number,
  retryAfterMs = 0,
  random: () => number = Math.random,
): number {
  const pause = initialMs * 2 ** (attempt - 1) * (0.75 + random() * 0.25);
  return Math.round(Math.max(pause, retryAfterMs));
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110, 10.2.3); 0 when it is missing or not understood. */
export function readRetryAfter(header: string | null, now: Date): number {
  if (header === null) return 0;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime());
}
