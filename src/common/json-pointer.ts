/** JSON pointers (RFC 6901): `""` is the whole value, `/a~1b/0` the first item of the member `a/b`. */
import { items, kindAt, members, type JsonSpan } from './json-text.js';
import { checkJson } from './json-syntax.js';

/** Writes a pointer from member names and indexes. */
export function toPointer(segments: readonly (string | number)[]): string {
  return segments.map((segment) => `/${escapeSegment(String(segment))}`).join('');
}

/** Escapes one reference token. */
export function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Where the value at `pointer` lies in a valid JSON text; undefined when there is none. */
export function locate(text: string, pointer: string): JsonSpan | undefined {
  let span: JsonSpan | undefined = checkJson(text);
  for (const segment of pointer.split('/').slice(1)) {
    span = child(text, span, segment.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (span === undefined) return undefined;
  }
  return span;
}

function child(text: string, span: JsonSpan, segment: string): JsonSpan | undefined {
  const kind = kindAt(text, span.start);
  if (kind === 'object') {
    for (const { key, value } of members(text, span)) if (key === segment) return value;
  }
  if (kind === 'array') {
    let index = 0;
    for (const item of items(text, span)) {
      if (String(index) === segment) return item;
      index += 1;
    }
  }
  return undefined;
}
