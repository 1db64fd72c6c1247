/**
 * Checks that a text is one JSON value (RFC 8259), without building it and without recursion, so that neither
 * size nor nesting of a hostile text costs more than its own length.
 */

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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = ['true', 'false', 'null'] as const;

/** Skips JSON white space. */
export function skipBlank(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** Checks the whole text and returns where its one value starts and ends. @throws JsonSyntaxError */
export function checkJson(text: string): { start: number; end: number } {
  const start = skipBlank(text, 0);
  const end = new SyntaxCheck(text).value(start);
  const rest = skipBlank(text, end);
  if (rest !== text.length) throw new JsonSyntaxError(text, rest, 'Unexpected text after the JSON value');
  return { start, end };
}

class SyntaxCheck {
  /** The open containers, innermost last: true for an object. */
  private readonly open: boolean[] = [];

  constructor(private readonly text: string) {}

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
    const at = skipBlank(this.text, offset);
    const char = this.text[at];
    this.opened = false;
    if (char === '{' || char === '[') {
      const isObject = char === '{';
      const next = skipBlank(this.text, at + 1);
      if (this.text[next] === (isObject ? '}' : ']')) return next + 1;
      this.open.push(isObject);
      this.opened = true;
      return isObject ? this.key(next) : next;
    }
    if (char === '"') return this.string(at);
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
      at = skipBlank(this.text, at);
      const char = this.text[at];
      if (char === ',') {
        const next = skipBlank(this.text, at + 1);
        return isObject ? this.key(next) : next;
      }
      const close = isObject ? '}' : ']';
      if (char !== close) throw this.unexpected(at, `"," or "${close}"`);
      this.open.pop();
      at += 1;
    }
  }

  private key(at: number): number {
    if (this.text[at] !== '"') throw this.unexpected(at, 'a member name in quotes');
    const colon = skipBlank(this.text, this.string(at));
    if (this.text[colon] !== ':') throw this.unexpected(colon, '":"');
    return colon + 1;
  }

  private string(start: number): number {
    let at = start + 1;
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) return at + 1;
      if (code === BACKSLASH) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(this.text)) throw this.unexpected(at, 'a valid escape');
        at = ESCAPE.lastIndex;
      } else if (code >= 0x20) {
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
}
