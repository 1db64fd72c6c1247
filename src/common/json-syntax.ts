/**
 * Checks that a text is one JSON value (RFC 8259), without building it and without recursion, so that neither
 * size nor nesting of a hostile text costs more than its own length.
 */

import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SPACE,
} from './json-characters.js';
import { JsonOutline, OUTLINE_DEPTH } from './json-outline.js';

/** The text is not JSON. `offset` counts UTF-16 units; `line` and `column` start at 1. */
export class JsonSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(
    text: string,
    readonly offset: number,
    what: string,
  ) {
    const { line, column } = positionAt(text, offset);
    super(`${what} at line ${line}, column ${column}`);
    this.name = 'JsonSyntaxError';
    this.line = line;
    this.column = column;
  }
}

/** Line and column (both from 1) of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** Control characters that JSON has nowhere, not even between tokens. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const STRAY_CONTROL = /[\0-\u0008\u000b\u000c\u000e-\u001f]/;
/** The others, and what begins an escape. */
const SIGNS = ['\\', '\n', '\r', '\t'];
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = ['true', 'false', 'null'] as const;

/** Skips JSON white space. */
export function skipBlank(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    const code = text.charCodeAt(at);
    // Most tokens have none before them.
    if (code > SPACE) return at;
    if (code !== SPACE && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** Checks the whole text and returns where its one value starts and ends. @throws JsonSyntaxError */
export function checkJson(text: string): { start: number; end: number } {
  const { start, end } = outlineJson(text);
  return { start, end };
}

/** The same, with the outline of the text. @throws JsonSyntaxError */
export function outlineJson(text: string): { start: number; end: number; outline: JsonOutline } {
  const start = skipBlank(text, 0);
  const check = new SyntaxCheck(text);
  const end = check.value(start);
  const rest = skipBlank(text, end);
  if (rest !== text.length) throw new JsonSyntaxError(text, rest, 'Unexpected text after the JSON value');
  return { start, end, outline: check.outline };
}

class SyntaxCheck {
  readonly outline = new JsonOutline();
  /** The open containers, innermost last: true for an object. */
  private readonly open: boolean[] = [];
  /** Of the outermost of them: where each starts, and how often white space had been skipped by then. */
  private readonly starts: { at: number; skips: number }[] = [];
  private skips = 0;
  private readonly signs: NextSigns;

  constructor(private readonly text: string) {
    this.signs = new NextSigns(text);
  }

  value(start: number): number {
    let at = start;
    for (;;) {
      at = this.scalarOrOpen(at);
      // A container has just been opened: its first member or item comes next, or it ends at once.
      if (this.opened) continue;
      at = this.afterValue(at);
      if (this.open.length === 0) return at;
    }
  }

  private opened = false;

  /** Reads a scalar, or opens a container up to where its first value starts; closes empty ones. */
  private scalarOrOpen(offset: number): number {
    const at = this.skip(offset);
    const code = this.text.charCodeAt(at);
    this.opened = false;
    if (code === QUOTE) return this.string(at);
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      const isObject = code === OPEN_OBJECT;
      const { skips } = this;
      const next = this.skip(at + 1);
      if (this.text.charCodeAt(next) === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return next + 1;
      if (this.open.length < OUTLINE_DEPTH) this.starts.push({ at, skips });
      this.open.push(isObject);
      this.opened = true;
      return isObject ? this.key(next) : next;
    }
    for (const literal of LITERALS) {
      if (this.text.startsWith(literal, at)) return at + literal.length;
    }
    return this.number(at);
  }

  /** After a value: a comma leads to the next one, a bracket closes; returns where the next value starts or all ended. */
  private afterValue(offset: number): number {
    let at = offset;
    for (;;) {
      const isObject = this.open.at(-1);
      if (isObject === undefined) return at;
      at = this.skip(at);
      const code = this.text.charCodeAt(at);
      if (code === COMMA) {
        const next = this.skip(at + 1);
        return isObject ? this.key(next) : next;
      }
      const close = isObject ? CLOSE_OBJECT : CLOSE_ARRAY;
      if (code !== close) throw this.unexpected(at, `"," or "${String.fromCharCode(close)}"`);
      at += 1;
      this.close(at);
    }
  }

  private close(end: number): void {
    this.open.pop();
    if (this.open.length >= OUTLINE_DEPTH) return;
    const start = this.starts.pop();
    if (start !== undefined) this.outline.add(start.at, { end, isDense: start.skips === this.skips });
  }

  private key(at: number): number {
    if (this.text.charCodeAt(at) !== QUOTE) throw this.unexpected(at, 'a member name in quotes');
    const colon = this.skip(this.string(at));
    if (this.text.charCodeAt(colon) !== COLON) throw this.unexpected(colon, '":"');
    return colon + 1;
  }

  private string(start: number): number {
    const quote = this.text.indexOf('"', start + 1);
    return quote !== -1 && quote < this.signs.from(start) ? quote + 1 : this.slowString(start);
  }

  private slowString(start: number): number {
    let at = start + 1;
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) return at + 1;
      if (code === BACKSLASH) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(this.text)) throw this.unexpected(at, 'a valid escape');
        at = ESCAPE.lastIndex;
      } else if (code >= SPACE) {
        at += 1;
      } else {
        throw this.unexpected(at, 'the end of the string');
      }
    }
  }

  private number(at: number): number {
    NUMBER.lastIndex = at;
    if (!NUMBER.test(this.text)) throw this.unexpected(at, 'a JSON value');
    return NUMBER.lastIndex;
  }

  private unexpected(at: number, wanted: string): JsonSyntaxError {
    const found = at >= this.text.length ? 'the text ends' : `found ${JSON.stringify(this.text[at])}`;
    return new JsonSyntaxError(this.text, at, `Expected ${wanted}, but ${found}`);
  }

  private skip(offset: number): number {
    const at = skipBlank(this.text, offset);
    if (at !== offset) this.skips += 1;
    return at;
  }
}

/**
 * Finds what a string cannot hold as it is, further on each time: the system's search is many times as fast as looking at
 * each character.
 */
class NextSigns {
  private next = -1;
  private readonly places = SIGNS.map(() => -1);
  private readonly isStray: boolean;

  constructor(private readonly text: string) {
    this.isStray = STRAY_CONTROL.test(text);
  }

  /** Where the next one may be, at `offset` or behind it; infinite when there is none. */
  from(offset: number): number {
    if (this.next >= offset) return this.next;
    // Such text is no JSON, and whoever looks finds out where.
    if (this.isStray) return offset;
    let next = Infinity;
    for (let index = 0; index < SIGNS.length; index += 1) {
      const place = this.placeOf(index, offset);
      if (place < next) next = place;
    }
    this.next = next;
    return next;
  }

  private placeOf(index: number, offset: number): number {
    const known = this.places[index] ?? -1;
    if (known >= offset) return known;
    const found = this.text.indexOf(SIGNS[index] ?? '', offset);
    return (this.places[index] = found === -1 ? Infinity : found);
  }
}
