import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactJson } from './json-compact.js';
import { locate } from './json-pointer.js';
import { checkJson, JsonSyntaxError } from './json-syntax.js';
import { members, readArray, readObject, writeObject } from './json-text.js';

const compact = (text: string) => compactJson(text, checkJson(text));

describe('checkJson', () => {
  it('agrees with JSON.parse on which texts are JSON', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      '1',
      '-0',
      '01',
      '1.',
      '1e5',
      'true',
      'nul',
      '"\u0001"',
      '"a\tb"',
      '"\\n\n"',
      '"\\"',
      '\u0000',
      ' ',
      '\n',
      '"',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join('');
        expect(isJson(text)).toBe(parses(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('accepts every JSON value, and finds where it starts and ends', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\n\t'), (value, blank) => {
        const body = JSON.stringify(value, null, 1);
        expect(checkJson(`${blank}${body}${blank}`)).toEqual({
          start: blank.length,
          end: blank.length + body.length,
        });
      }),
    );
  });

  it('names line and column of what is wrong', () => {
    expect(() => checkJson('{\n  "a": 1,\n  "b" 2\n}')).toThrow(/Expected ":".*line 3, column 7/);
    expect(() => checkJson('{"a": [1, 2')).toThrow(/the text ends/);
  });

  it('does not overflow on deep nesting', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(checkJson(deep).end).toBe(deep.length);
  });
});

describe('compactJson', () => {
  it('drops white space between tokens and keeps every token', () => {
    const text = '{ "10" : 1.0 , "2": 9223372036854775807,\n"__proto__": [ 1e400, "a\\u0062 c" , -0 ] }';
    expect(compact(text)).toEqual({
      text: '{"10":1.0,"2":9223372036854775807,"__proto__":[1e400,"a\\u0062 c",-0]}',
      hazards: [],
    });
  });

  it('equals JSON.stringify for values that it keeps', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(compact(JSON.stringify(value, null, 3)).text).toBe(text);
      }),
    );
  });

  it.each([
    ['{"a":{"b":1,"b":2}}', '/a/b', 'duplicate'],
    ['{"a":{"b":1,"\\u0062":2}}', '/a/b', 'duplicate'],
    ['{"a":["x","\\u0000"]}', '/a/1', 'NUL'],
    ['{"a":"\\ud83d"}', '/a', 'surrogate'],
    ['{"a/b":{"\\ude00":1}}', '/a~1b/\ude00', 'surrogate'],
  ])('reports the hazard in %s at %s', (text, pointer, reason) => {
    expect(compact(text).hazards).toEqual([{ pointer, reason: expect.stringContaining(reason) as string }]);
  });

  it('accepts a surrogate pair and 64 levels, and refuses 65', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(compact('"\\ud83d\\ude00"').hazards).toEqual([]);
    expect(compact(nested(64)).hazards).toEqual([]);
    expect(compact(nested(65)).hazards).toEqual([
      { pointer: '/0'.repeat(64), reason: 'is nested deeper than 64 levels' },
    ]);
  });
});

describe('reading and writing members', () => {
  it('reads what it wrote, raw text by name', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const entries = Object.entries(value).map(([key, item]) => [key, JSON.stringify(item)] as const);
        expect([...readObject(writeObject(entries))]).toEqual(entries.map((entry) => [...entry]));
      }),
    );
  });

  it('walks members and items past white space and nested values', () => {
    const text = ' { "a" : [ 1 , {"x":"]}"} ] , "b" : "}" } ';
    const span = checkJson(text);
    const keys = Array.from(members(text, span), ({ key, value }) => [
      key,
      text.slice(value.start, value.end),
    ]);
    expect(keys).toEqual([
      ['a', '[ 1 , {"x":"]}"} ]'],
      ['b', '"}"'],
    ]);
    expect(readArray('[ 1 , {"x":"]}"} ]')).toEqual(['1', '{"x":"]}"}']);
  });

  it('locates a pointer', () => {
    const text = '{"a/b": [10, {"c": true}]}';
    const span = locate(text, '/a~1b/1/c');
    expect(span && text.slice(span.start, span.end)).toBe('true');
    expect(locate(text, '/a~1b/7')).toBeUndefined();
  });
});

function isJson(text: string): boolean {
  try {
    checkJson(text);
    return true;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
