/**
 * Reads and writes JSON as text, so that a document stays what its author wrote: `JSON.parse` and `stringify`
 * change numbers (`1.0`, 9223372036854775807) and reorder members with integer-like names.
 * Everything here expects syntactically valid text; `json-syntax.ts` checks that first.
 */
import { skipBlank } from './json-syntax.js';

/** Half-open range of UTF-16 offsets of one value in a JSON text, without white space around it. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The kind of the value that starts at `offset`. */
export function kindAt(text: string, offset: number): JsonKind {
  switch (text[offset]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}

/** Offset just behind the string that starts at `offset`. */
export function endOfString(text: string, offset: number): number {
  let at = offset + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
}

/** Offset just behind the value that starts at `offset`. */
export function endOfValue(text: string, offset: number): number {
  const first = text[offset];
  if (first === '"') return endOfString(text, offset);
  if (first !== '{' && first !== '[') {
    let at = offset;
    while (at < text.length && !' \n\r\t,]}'.includes(text[at] ?? '')) at += 1;
    return at;
  }
  let depth = 0;
  let at = offset;
  for (;;) {
    const char = text[at];
    if (char === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (char === '{' || char === '[') depth += 1;
    if (char === '}' || char === ']') depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
}

/** Members of the object at `span`, in order, with decoded names. */
export function* members(text: string, span: JsonSpan): Generator<{ key: string; value: JsonSpan }> {
  let at = skipBlank(text, span.start + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const start = skipBlank(text, skipBlank(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    yield { key, value: { start, end } };
    at = nextElement(text, end);
  }
}

/** Items of the array at `span`, in order. */
export function* items(text: string, span: JsonSpan): Generator<JsonSpan> {
  let at = skipBlank(text, span.start + 1);
  while (text[at] !== ']') {
    const end = endOfValue(text, at);
    yield { start: at, end };
    at = nextElement(text, end);
  }
}

function nextElement(text: string, end: number): number {
  const at = skipBlank(text, end);
  return text[at] === ',' ? skipBlank(text, at + 1) : at;
}

/** The members of a JSON object text as raw texts by name, in order; the first of equal names counts. */
export function readObject(text: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const { key, value } of members(text, { start: skipBlank(text, 0), end: text.length })) {
    if (!result.has(key)) result.set(key, text.slice(value.start, value.end));
  }
  return result;
}

/** The items of a JSON array text as raw texts. */
export function readArray(text: string): string[] {
  const span = { start: skipBlank(text, 0), end: text.length };
  return Array.from(items(text, span), ({ start, end }) => text.slice(start, end));
}

/** A compact object from raw member texts; members whose text is undefined are left out. */
export function writeObject(entries: Iterable<readonly [string, string | undefined]>): string {
  const parts: string[] = [];
  for (const [key, value] of entries) {
    if (value !== undefined) parts.push(`${JSON.stringify(key)}:${value}`);
  }
  return `{${parts.join(',')}}`;
}

/** A compact array from raw item texts. */
export function writeArray(texts: readonly string[]): string {
  return `[${texts.join(',')}]`;
}
