import { UsageError } from './usage-error.js';

/** Ways in which commands print what they found. */
export type OutputFormat = 'text' | 'json';

/** Reads the value of `--format`. @throws UsageError for other words */
export function parseOutputFormat(value: string): OutputFormat {
  if (value === 'text' || value === 'json') return value;
  throw new UsageError('It is text or json.');
}
