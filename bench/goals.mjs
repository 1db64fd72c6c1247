/** What the figures are held against. Times in the unit of the row they stand in. */
export const GOALS = {
  crawlRatio: 0.5,
  searchCpuMs: 5,
  fixedRateP99Ms: 5,
  embeddedFirstMs: 4_000,
  embeddedWarmMs: 2_000,
  changeSeconds: 3,
  changeRows: 60,
  /** For a catalogue of 10,000 entries on PostgreSQL. */
  startFromDatabaseMs: 3_000,
  /** Seconds from the start of the program, by entries. */
  firstSyncSeconds: { 10000: 6, 50000: 25 },
  /** MiB by entries of 2 KB. */
  memoryMebibytes: { 10000: 320, 50000: 700 },
  realMemoryMebibytes: 200,
};

/**
 * A figure beside its goal, marked where it misses.
 * @param {number} value
 * @param {{ digits?: number, unit?: string, atLeast?: number, below?: number }} goal without one only the figure
 */
export function judged(value, { digits = 0, unit = '', atLeast, below }) {
  const figure = `${value.toFixed(digits)}${unit}`;
  if (atLeast !== undefined) return value >= atLeast ? figure : `**${figure} (misses)**`;
  if (below !== undefined) return value < below ? figure : `**${figure} (misses)**`;
  return figure;
}
