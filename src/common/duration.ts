/** The longest duration that is accepted: ten years of 365 days, in milliseconds. */
export const MAX_DURATION_MS = 10 * 365 * 24 * 3_600_000;

const NANOSECONDS_PER_MS = 1e6;
/** Nanoseconds of each unit. Both spellings of the micro sign are in use. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['\u00B5s', 1e3],
  ['\u03BCs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);
const DURATION = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00B5s|\u03BCs|ms|s|m|h))+$/;
const TERM = /(?<amount>[\d.]+)(?<unit>[^\d.]+)/g;

/**
 * Milliseconds of a duration in Go syntax (`30m`, `1h30m`, `1.5h`, `500ms`; units ns, us, µs, ms, s, m, h), exact to
 * the nanosecond and therefore perhaps with a fraction. Throws `RangeError` for anything else, for zero, for
 * negative ones and for more than `MAX_DURATION_MS`.
 */
export function parseDuration(text: string): number {
  const quoted = JSON.stringify(text.slice(0, 40));
  if (text.startsWith('-') || text === '0') {
    throw new RangeError(`${quoted} is too short: a duration must be greater than zero, such as 30m.`);
  }
  if (!DURATION.test(text)) {
    throw new RangeError(
      `${quoted} is not a duration: write numbers with units h, m, s or ms, such as 30m, 1h30m or 500ms.`,
    );
  }
  const milliseconds = nanosecondsOf(text) / NANOSECONDS_PER_MS;
  if (milliseconds === 0) {
    throw new RangeError(`${quoted} is too short: a duration must be greater than zero, such as 30m.`);
  }
  if (milliseconds > MAX_DURATION_MS) {
    throw new RangeError(`${quoted} is too long: a duration is at most ten years (87600h), such as 24h.`);
  }
  return milliseconds;
}

/**
 * Go's spelling of a duration in milliseconds: `1h30m0s`, `1.5s`, `500ms`, `0s`. `parseDuration` gives a whole number
 * of milliseconds back unchanged. Throws `RangeError` for a number that is negative or not finite.
 */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) {
    throw new RangeError(
      `${milliseconds} is not a duration: it must be a number of milliseconds, such as 1500.`,
    );
  }
  const nanoseconds = Math.round(milliseconds * NANOSECONDS_PER_MS);
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${decimal(nanoseconds, 3)}\u00B5s`;
  if (nanoseconds < 1e9) return `${decimal(nanoseconds, 6)}ms`;
  const seconds = `${decimal(nanoseconds % 60e9, 9)}s`;
  const minutes = Math.floor(nanoseconds / 60e9);
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

function nanosecondsOf(text: string): number {
  let sum = 0;
  for (const { groups } of text.matchAll(TERM)) {
    // Rounding each term keeps decimal fractions such as 1.005s exact in spite of binary arithmetic.
    sum += Math.round(Number(groups?.['amount']) * (UNITS.get(groups?.['unit'] ?? '') ?? Number.NaN));
  }
  return sum;
}

/** A whole number divided by 10 to the power of `places`, without trailing zeros. */
function decimal(whole: number, places: number): string {
  const digits = String(whole).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return digits.slice(0, -places) + (fraction === '' ? '' : `.${fraction}`);
}
