/**
 * Takes one document out of a JSON text: drops insignificant white space, keeps every token, and finds what
 * no known client survives (RFC 8259 section 8.2 and 9 call these the interoperability hazards).
 */
import { toPointer } from './json-pointer.js';
import { skipBlank } from './json-syntax.js';
import { endOfString, endOfValue, type JsonSpan } from './json-text.js';

/** Containers inside one another that a document may have, its own object included. */
export const MAX_DEPTH = 64;
/** Hazards reported for one document; the rest would be noise. */
const MAX_HAZARDS = 20;

/** In Unicode mode a surrogate that is half of a pair does not match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

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
  const run = new Compaction(text);
  run.read(span);
  return { text: run.parts.join(''), hazards: run.hazards };
}

interface Frame {
  readonly isObject: boolean;
  readonly keys: Set<string>;
  /** Name or index of the value being read. */
  at: string | number;
  expectKey: boolean;
}

class Compaction {
  readonly parts: string[] = [];
  readonly hazards: JsonHazard[] = [];
  private readonly frames: Frame[] = [];

  constructor(private readonly text: string) {}

  read(span: JsonSpan): void {
    let at = span.start;
    while (at < span.end) {
      at = this.token(at);
      at = at < span.end ? skipBlank(this.text, at) : at;
    }
  }

  private token(at: number): number {
    const char = this.text[at];
    const frame = this.frames.at(-1);
    switch (char) {
      case '{':
      case '[':
        return this.open(at, char === '{');
      case '}':
      case ']':
        this.frames.pop();
        break;
      case ',':
        if (frame?.isObject) frame.expectKey = true;
        else if (frame !== undefined) frame.at = Number(frame.at) + 1;
        break;
      case ':':
        break;
      case '"':
        return this.string(at, frame);
      default: {
        const end = endOfValue(this.text, at);
        this.parts.push(this.text.slice(at, end));
        return end;
      }
    }
    this.parts.push(char ?? '');
    return at + 1;
  }

  private open(at: number, isObject: boolean): number {
    if (this.frames.length >= MAX_DEPTH) {
      this.report(`is nested deeper than ${MAX_DEPTH} levels`);
      const end = endOfValue(this.text, at);
      this.parts.push('null');
      return end;
    }
    this.frames.push({ isObject, keys: new Set(), at: isObject ? '' : 0, expectKey: isObject });
    this.parts.push(isObject ? '{' : '[');
    return at + 1;
  }

  private string(at: number, frame: Frame | undefined): number {
    const end = endOfString(this.text, at);
    const raw = this.text.slice(at, end);
    const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    if (frame?.expectKey) {
      frame.expectKey = false;
      frame.at = value;
      if (frame.keys.has(value)) this.report('is a duplicate member');
      frame.keys.add(value);
    }
    if (value.includes('\0')) this.report('holds a NUL character');
    if (LONE_SURROGATE.test(value)) this.report('holds a lone surrogate, which is not valid Unicode');
    this.parts.push(raw);
    return end;
  }

  private report(reason: string): void {
    if (this.hazards.length >= MAX_HAZARDS) return;
    this.hazards.push({ pointer: toPointer(this.frames.map((frame) => frame.at)), reason });
  }
}
