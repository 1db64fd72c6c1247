import { z } from 'zod';
import { parseByteSize } from '../common/byte-size.js';
import { parseDuration } from '../common/duration.js';

/** Runs a parser that throws and turns what it threw into a problem of the value being read. */
function parsedBy<Result>(context: z.RefinementCtx, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
}

/** Text that is not empty. */
export function text() {
  return z.string().min(1);
}

/** A list of texts that are not empty. */
export function textList() {
  return z.array(text());
}

/** A duration in Go syntax (`30m`, `1h30m`), more than zero; the result is in whole milliseconds. */
export function duration(limits: { readonly min?: string; readonly max?: string } = {}) {
  return z
    .string({ error: 'must be a duration such as 30m, 1h30m or 500ms' })
    .meta({ title: 'duration' })
    .transform((value, context) => {
      const milliseconds = parsedBy(context, () => Math.ceil(parseDuration(value)));
      if (limits.min !== undefined && milliseconds < parseDuration(limits.min)) {
        context.addIssue({ code: 'custom', message: `must be at least ${limits.min}` });
      } else if (limits.max !== undefined && milliseconds > parseDuration(limits.max)) {
        context.addIssue({ code: 'custom', message: `must be at most ${limits.max}` });
      }
      return milliseconds;
    });
}

/** A size as plain bytes or with a unit (`10MiB`), more than zero; the result is in bytes. */
export function byteSize() {
  return z
    .union([z.number(), z.string()], { error: 'must be a size such as 1048576 or 10MiB' })
    .meta({ title: 'size' })
    .transform((value, context) => parsedBy(context, () => parseByteSize(value)));
}

/** An absolute `http` or `https` address. */
export function webAddress() {
  return text().refine(isWebAddress, { error: 'must be an absolute http or https address' });
}

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** `maxSize`, the same for every kind of source. */
export const maxSizeKey = byteSize().prefault('100MiB').describe('Larger data is refused before it is read.');

/** `caCertPath`, the same wherever a server is called over https. */
export const caCertPathKey = text()
  .exactOptional()
  .describe('PEM file of further certificate authorities to trust.');

/** Claims by name, whose case matters; a value is a text or a list of texts. */
export const claimsSchema = z
  .record(text(), z.union([z.string(), z.array(z.string())], { error: 'must be a text or a list of texts' }))
  .meta({ id: 'claims', title: 'claims' });

/** True for what YAML calls a map. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Runs a check whose subject is a map, even when other members of that map have problems of their own, so that
 * one reading reports them all. The check must therefore expect members of any type.
 */
export const onAnyMap = { when: (payload: { readonly value: unknown }) => isRecord(payload.value) };

/** Those of `keys` that have a value. */
export function presentKeys<Key extends string>(value: unknown, keys: readonly Key[]): Key[] {
  return isRecord(value) ? keys.filter((key) => value[key] !== undefined) : [];
}

/** Words for a list of keys: `a, b or c`. */
export function oneOfWords(words: readonly string[], joint = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`;
}
