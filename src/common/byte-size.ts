const BINARY_UNITS = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;
const UNITS: ReadonlyMap<string, number> = new Map<string, number>([
  ...BINARY_UNITS,
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['KB', 1e3],
  ['B', 1],
]);
const SIZE = /^(?<amount>\d+(?:\.\d+)?) ?(?<unit>[A-Za-z]*)$/;
const EXAMPLE = 'write bytes or a unit, such as 1048576 or 10MiB';

/**
 * Bytes of a size: a number of bytes, the same as text, or with a unit (`10MiB`, `1.5GiB`, `500kB`), a fraction rounded
 * to the nearest byte. Throws `RangeError` for anything else, for zero, and for more than a safe integer.
 */
export function parseByteSize(value: string | number): number {
  const quoted = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
  const bytes = typeof value === 'number' ? value : bytesOf(value);
  if (bytes === undefined || Number.isNaN(bytes))
    throw new RangeError(`${quoted} is not a size: ${EXAMPLE}.`);
  if (bytes <= 0)
    throw new RangeError(`${quoted} is too small: a size must be greater than zero, such as 10MiB.`);
  if (bytes > Number.MAX_SAFE_INTEGER) throw new RangeError(`${quoted} is too large for a size: ${EXAMPLE}.`);
  if (!Number.isInteger(bytes)) throw new RangeError(`${quoted} is not a whole number of bytes: ${EXAMPLE}.`);
  return bytes;
}

/**
 * A whole number of bytes as text that `parseByteSize` gives back unchanged, with the largest binary unit that divides
 * it: `10MiB`, `1025B`. Two different limits never read the same.
 */
export function formatByteSize(bytes: number): string {
  for (const [unit, factor] of BINARY_UNITS) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}B`;
}

function bytesOf(text: string): number | undefined {
  const groups = SIZE.exec(text)?.groups;
  const factor = UNITS.get(groups?.['unit'] || 'B');
  if (groups === undefined || factor === undefined) return undefined;
  const bytes = Number(groups['amount']) * factor;
  return factor === 1 ? bytes : Math.round(bytes);
}
