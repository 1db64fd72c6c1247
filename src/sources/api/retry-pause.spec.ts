import { describe, expect, it } from 'vitest';
import { readRetryAfter, retryPause } from './retry-pause.js';

describe('the pause before another try', () => {
  it('doubles, with jitter that only shortens it', () => {
    expect([1, 2, 3].map((attempt) => retryPause(attempt, 1000, 0, () => 1))).toEqual([1000, 2000, 4000]);
    expect(retryPause(1, 1000, 0, () => 0)).toBe(750);
  });

  it('is never shorter than the upstream wants', () => {
    expect(retryPause(1, 1000, 5000)).toBe(5000);
  });
});

describe('Retry-After', () => {
  const now = new Date('2025-11-01T00:00:00Z');

  it.each([
    [null, 0],
    ['3', 3000],
    [' 0 ', 0],
    ['Sat, 01 Nov 2025 00:00:07 GMT', 7000],
    ['Fri, 31 Oct 2025 00:00:00 GMT', 0],
    ['soon', 0],
    ['-3', 0],
    ['', 0],
  ])('%j asks for %s ms', (header, expected) => {
    expect(readRetryAfter(header, now)).toBe(expected);
  });
});
