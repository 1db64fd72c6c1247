/** Turns what Nest's logger is called with into one record: the last text is the context, texts that look like one the stack. */

/** Longest text in a log record, in bytes of UTF-8. */
export const MAX_LOG_TEXT_BYTES = 8192;

/** One log line without its time and level. */
export interface LogRecord {
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const STACK = /\n {4}at /;

/**
 * Reads the arguments of `log`, `warn`, `error` or `debug`. An `Error` gives `error` and `stack`, never its other
 * members, which may hold whatever a library put there; other objects give fields of their own.
 */
export function readLogCall(message: unknown, params: readonly unknown[]): LogRecord {
  const rest = params.filter((param) => param !== undefined && param !== null);
  const last = rest.at(-1);
  const context = typeof last === 'string' && !STACK.test(last) ? last : undefined;
  const details = context === undefined ? rest : rest.slice(0, -1);
  const fields = Object.assign(
    {},
    context === undefined ? {} : { context },
    ...details.map(fieldsOf),
  ) as object;

  if (typeof message === 'object' && message !== null) {
    const own = fieldsOf(message);
    const { error, msg, ...others } = own;
    const text = msg ?? error;
    return { msg: boundedText(typeof text === 'string' ? text : ''), fields: { ...fields, ...others } };
  }
  return { msg: boundedText(String(message)), fields: { ...fields } };
}

/** `text`, or its first 8 KiB and how much was left out. */
export function boundedText(text: string): string {
  // No UTF-16 unit takes more than three bytes, so most texts need no counting.
  if (text.length * 3 <= MAX_LOG_TEXT_BYTES) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_LOG_TEXT_BYTES) return text;
  let end = MAX_LOG_TEXT_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}… (${bytes.length - end} bytes more)`;
}

function fieldsOf(detail: unknown): Record<string, unknown> {
  if (detail instanceof Error) {
    const { message, stack } = detail;
    return { error: boundedText(message), ...(stack !== undefined && { stack: boundedText(stack) }) };
  }
  if (typeof detail === 'string') {
    return STACK.test(detail) ? { stack: boundedText(detail) } : { detail: boundedText(detail) };
  }
  if (typeof detail === 'object' && detail !== null) return { ...detail };
  return { detail };
}
