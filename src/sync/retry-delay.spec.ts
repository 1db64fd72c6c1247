import fc from 'fast-check';
import { expect, it } from 'vitest';
import { retryDelay } from './retry-delay.js';

const POLICY = { maxAttempts: 5, initialDelayMs: 1_000, maxDelayMs: 300_000 };

it('doubles with each failure and then holds the longest delay', () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 1_000_000].map((failures) => retryDelay(POLICY, failures, () => 1));

  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 300_000, 300_000, 300_000]);
});

it('takes off a quarter at most, so that sources which failed together part', () => {
  expect(retryDelay(POLICY, 0, () => 0)).toBe(750);
  expect(new Set(Array.from({ length: 50 }, () => retryDelay(POLICY, 5))).size).toBeGreaterThan(40);
});

it('is a sane number of milliseconds for every policy', () => {
  const policy = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 1_000_000 }),
    initialDelayMs: fc.integer({ min: 1, max: 86_400_000 }),
    maxDelayMs: fc.integer({ min: 1, max: 86_400_000 }),
  });
  fc.assert(
    fc.property(policy, fc.nat(), (one, failures) => {
      const delay = retryDelay(one, failures);

      expect(Number.isSafeInteger(delay) && delay >= 0 && delay <= one.maxDelayMs).toBe(true);
    }),
  );
});
