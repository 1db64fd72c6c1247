import { z } from 'zod';
import { MAX_FILTER_LENGTH } from '../model/list-filters.js';
import { parseTimestamp } from '../model/timestamp.js';

/** What the API documentation says of a parameter: members of an OpenAPI schema. */
export interface ParameterDocumentation {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
  readonly example?: unknown;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The words that Go's `strconv.ParseBool` knows, which older clients were written against. */
const BOOLEANS = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

const INTEGER = /^-?\d+$/;

/** An offset whose `+` was not percent-encoded and so arrived as a blank. */
const BLANK_BEFORE_OFFSET = / (?=\d\d:\d\d$)/;

const STARTS_WITH_YEAR = /^\d{4}-/;
/** The Gregorian calendar repeats itself exactly after 400 years, which are 146,097 days. */
const YEARS_OF_CYCLE = 400;
const MILLISECONDS_OF_CYCLE = 146_097 * 86_400_000;
/** Every year is read as its counterpart of 2000 to 2399, which the reader of timestamps knows. */
const CYCLE_READ = 5;

/**
 * One optional query parameter as the simple query parser gives it: of repeated values the first counts, an empty one
 * is the same as none. `read` returns undefined for what it cannot read, which then is the problem that `expected`
 * words ("must be …"). The schema takes any value and is documented by `documentation`, because a schema made of transformations
 * has none of its own.
 */
export function queryParameter<Value>(
  name: string,
  documentation: ParameterDocumentation,
  expected: string,
  read: (text: string) => Value | undefined,
) {
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      const text = firstText(value);
      if (text === undefined) return undefined;
      const result = read(text);
      if (result === undefined)
        context.addIssue({ code: 'custom', message: `Invalid ${name} parameter: ${expected}` });
      return result;
    })
    .meta({ ...documentation });
}

/** A text of at most `maxLength` UTF-16 units. */
export function textParameter(
  name: string,
  documentation: Omit<ParameterDocumentation, 'type'>,
  maxLength = MAX_FILTER_LENGTH,
) {
  return queryParameter(
    name,
    { ...documentation, type: 'string', maxLength },
    `must not be longer than ${maxLength} characters`,
    (text) => (text.length <= maxLength ? text : undefined),
  );
}

/** Reads the words of Go's `strconv.ParseBool`. */
export function readBoolean(text: string): boolean | undefined {
  return BOOLEANS.get(text);
}

/** An integer of any size as the nearest one of `min` to `max`; undefined for other texts, `+5` included. */
export function readClampedInteger(text: string, min: number, max: number): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  return Math.min(Math.max(Number(text), min), max);
}

/**
 * An RFC 3339 date-time with its zone, in milliseconds since 1970. Unlike in documents any year is welcome: programs
 * that never synced ask for what changed since the year 1.
 */
export function readInstant(text: string): number | undefined {
  if (!STARTS_WITH_YEAR.test(text)) return undefined;
  const year = Number(text.slice(0, 4));
  const cycles = CYCLE_READ - Math.floor(year / YEARS_OF_CYCLE);
  const rest = text.slice(4).replace(BLANK_BEFORE_OFFSET, '+');
  const moved = parseTimestamp(`${year + cycles * YEARS_OF_CYCLE}${rest}`);
  return moved === undefined ? undefined : moved.getTime() - cycles * MILLISECONDS_OF_CYCLE;
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
