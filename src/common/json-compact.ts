/**
 * Takes one document out of a JSON text: drops insignificant white space, keeps every token, and finds what
 * no known client survives (RFC 8259 section 8.2 and 9 call these the interoperability hazards).
 */
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './json-characters.js';
import { toPointer } from './json-pointer.js';
import { skipBlank } from './json-syntax.js';
import { endOfString, endOfValue, type JsonSpan } from './json-text.js';

/** Containers inside one another that a document may have, its own object included. */
export const MAX_DEPTH = 64;
/** Hazards reported for one document; the rest would be noise. */
const MAX_HAZARDS = 20;

/** Something in a document that clients and stores cannot be trusted with. */
export interface JsonHazard {
  readonly pointer: string;
  readonly reason: string;
}

/** A document's compact text, with every hazard found in it. */
export interface CompactJson {
  readonly text: string;
  readonly hazards: readonly JsonHazard[];
}

/** Compacts the value at `span` of a syntactically valid text. */
export function compactJson(text: string, span: JsonSpan): CompactJson {
  if (span.isDense !== true) {
    const dense = withoutBlanks(text, span);
    return compactJson(dense, { start: 0, end: dense.length, isDense: true });
  }
  const search = new HazardSearch(text, span);
  search.run();
  return { text: withNulls(text, span, search.tooDeep), hazards: search.hazards };
}

/** The value at `span` of a syntactically valid text without insignificant white space. */
export function withoutBlanks(text: string, { start, end, isDense }: JsonSpan): string {
  if (isDense === true) return text.slice(start, end);
  const parts: string[] = [];
  let from = start;
  for (let at = start; at < end;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code > SPACE) {
      at += 1;
    } else {
      parts.push(text.slice(from, at));
      from = at = skipBlank(text, at);
    }
  }
  parts.push(text.slice(from, end));
  return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
}

function withNulls(text: string, span: JsonSpan, cuts: readonly JsonSpan[]): string {
  let from = span.start;
  const parts = cuts.map(({ start, end }) => {
    const before = text.slice(from, start);
    from = end;
    return `${before}null`;
  });
  return parts.join('') + text.slice(from, span.end);
}

interface Frame {
  readonly isObject: boolean;
  readonly keys: Set<string>;
  /** Name or index of the value being read. */
  at: string | number;
  expectKey: boolean;
}

/** Walks through a value without white space between its tokens, and without recursion. */
class HazardSearch {
  readonly hazards: JsonHazard[] = [];
  /** Values that are nested too deeply to be kept. */
  readonly tooDeep: JsonSpan[] = [];
  private readonly frames: Frame[] = [];
  /** Nothing in its strings needs a look, but the names of members. */
  private readonly isPlain: boolean;

  constructor(
    private readonly text: string,
    private readonly span: JsonSpan,
  ) {
    const value = text.slice(span.start, span.end);
    this.isPlain = !value.includes('\\') && value.isWellFormed();
  }

  run(): void {
    const { text, frames } = this;
    const { start, end } = this.span;
    for (let at = start; at < end;) {
      switch (text.charCodeAt(at)) {
        case QUOTE:
          at = this.string(at);
          continue;
        case OPEN_OBJECT:
          at = this.open(at, true);
          continue;
        case OPEN_ARRAY:
          at = this.open(at, false);
          continue;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          frames.pop();
          break;
        case COMMA:
          this.next();
      }
      at += 1;
    }
  }

  private open(at: number, isObject: boolean): number {
    if (this.frames.length >= MAX_DEPTH) {
      this.report(`is nested deeper than ${MAX_DEPTH} levels`);
      const end = endOfValue(this.text, at);
      this.tooDeep.push({ start: at, end });
      return end;
    }
    this.frames.push({ isObject, keys: new Set(), at: isObject ? '' : 0, expectKey: isObject });
    return at + 1;
  }

  private next(): void {
    const frame = this.frames.at(-1);
    if (frame?.isObject) frame.expectKey = true;
    else if (frame !== undefined) frame.at = Number(frame.at) + 1;
  }

  private string(at: number): number {
    const end = this.isPlain ? this.text.indexOf('"', at + 1) + 1 : endOfString(this.text, at);
    const frame = this.frames.at(-1);
    const isKey = frame?.expectKey === true;
    if (this.isPlain && !isKey) return end;
    const raw = this.text.slice(at + 1, end - 1);
    const value = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    if (isKey) {
      frame.expectKey = false;
      frame.at = value;
      if (frame.keys.has(value)) this.report('is a duplicate member');
      frame.keys.add(value);
    }
    if (this.isPlain) return end;
    if (value.includes('\0')) this.report('holds a NUL character');
    if (!value.isWellFormed()) this.report('holds a lone surrogate, which is not valid Unicode');
    return end;
  }

  private report(reason: string): void {
    if (this.hazards.length >= MAX_HAZARDS) return;
    this.hazards.push({ pointer: toPointer(this.frames.map((frame) => frame.at)), reason });
  }
}
