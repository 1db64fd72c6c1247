/** How a failing source is tried again. Delays in milliseconds. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * Milliseconds until a source is tried again after `failures` failures in a row: doubled each time, with up to a
 * quarter of jitter so that sources which failed together do not come back together. After `maxAttempts` the
 * longest delay holds.
 */
export function retryDelay(
  policy: RetryPolicy,
  failures: number,
  random: () => number = Math.random,
): number {
  const exponent = Math.min(failures, policy.maxAttempts, 30);
  const delay = failures >= policy.maxAttempts ? policy.maxDelayMs : policy.initialDelayMs * 2 ** exponent;
  return Math.round(Math.min(delay, policy.maxDelayMs) * (0.75 + random() * 0.25));
}

/** `intervalMs` shortened by up to a tenth, so that sources with the same interval drift apart and none is late. */
export function withJitter(intervalMs: number, random: () => number = Math.random): number {
  return Math.round(intervalMs * (1 - random() * 0.1));
}
