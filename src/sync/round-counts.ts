/** How a round of this process ended. */
export interface CountedRound {
  readonly outcome: 'changed' | 'unchanged' | 'failed';
  readonly durationMs: number;
}

/** Rounds of one source since this process started, by outcome, and the milliseconds they took together: only growing. */
export interface RoundCounts {
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly totalMs: number;
}

export const NO_ROUNDS: RoundCounts = { changed: 0, unchanged: 0, failed: 0, totalMs: 0 };

/** The counts with one round more. */
export function countRound(counts: RoundCounts, { outcome, durationMs }: CountedRound): RoundCounts {
  return { ...counts, [outcome]: counts[outcome] + 1, totalMs: counts.totalMs + durationMs };
}
