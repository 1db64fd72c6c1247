import { expect, it } from 'vitest';
import { countRound, NO_ROUNDS } from './round-counts.js';

it('rounds are counted by their outcome, with the time they took together', () => {
  const counts = [
    { outcome: 'changed', durationMs: 30 } as const,
    { outcome: 'failed', durationMs: 5 } as const,
    { outcome: 'failed', durationMs: 7 } as const,
  ].reduce(countRound, NO_ROUNDS);

  expect(counts).toEqual({ changed: 1, unchanged: 0, failed: 2, totalMs: 42 });
});
