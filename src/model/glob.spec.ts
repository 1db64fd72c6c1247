import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_GLOB_ALTERNATIVES, MAX_GLOB_LENGTH, parseGlob } from './glob.js';

function matches(pattern: string, text: string): boolean {
  const parsed = parseGlob(pattern);
  if ('problem' in parsed) throw new Error(`${pattern} ${parsed.problem}`);
  return parsed.matches(text);
}

describe('parseGlob', () => {
  it.each([
    ['*', ''],
    ['*', 'io.github.a/b/c'],
    ['**', 'a/b'],
    ['io.github.*', 'io.github.acme/server'],
    ['*/server', 'io.github.acme/server'],
    ['a?c', 'a/c'],
    ['?', '\u{1F600}'],
    ['?', '\uD800'],
    ['*b*b', 'abbab'],
    ['[abc]x', 'bx'],
    ['[a-cx-z]', 'y'],
    ['[!a]', 'b'],
    ['[^a]', 'b'],
    ['[a!]', '!'],
    ['[-a]', '-'],
    ['[a-]', '-'],
    ['[\\]]', ']'],
    ['[{,}]', ','],
    ['[\u{1F600}-\u{1F602}]', '\u{1F601}'],
    ['{a,b}', 'b'],
    ['{a,b*}c', 'bxc'],
    ['x{,y}', 'x'],
    ['{a,{b,c}d}e', 'cde'],
    ['{[a,],b}', ','],
    ['{a}', 'a'],
    ['a{b,c}{d,e}', 'ace'],
    ['\\*', '*'],
    ['\\{a,b\\}', '{a,b}'],
    ['{a\\,b,c}', 'a,b'],
    ['a\\\\b', 'a\\b'],
    ['a}b]c,d', 'a}b]c,d'],
  ])('%s matches %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(true);
  });

  it.each([
    ['abc', 'abcd'],
    ['abc', 'xabc'],
    ['abc', 'ABC'],
    ['?', ''],
    ['?', 'ab'],
    ['a*c', 'acb'],
    ['[abc]', 'd'],
    ['[abc]', 'ab'],
    ['[!a]', 'a'],
    ['[!a]', ''],
    ['[a-c]', 'B'],
    ['{a,b}', 'ab'],
    ['{a,b}', '{a,b}'],
    ['{a,{b,c}d}e', 'be'],
    ['\\*', 'a'],
    ['a.c', 'abc'],
    ['\uD83D*', '\u{1F600}'],
    ['*\uDE00', '\u{1F600}'],
  ])('%s does not match %j', (pattern, text) => {
    expect(matches(pattern, text)).toBe(false);
  });

  it.each([
    ['', /empty/],
    ['a'.repeat(MAX_GLOB_LENGTH + 1), /longer than 256/],
    ['[abc', /"\["/],
    ['[', /"\["/],
    ['[a-', /"\["/],
    ['[!', /"\["/],
    ['[a\\]', /"\["/],
    ['[]', /empty set/],
    ['[!]', /empty set/],
    ['[z-a]', /backwards/],
    ['{a,b', /"\{"/],
    ['{a,{b}', /"\{"/],
    ['a{', /"\{"/],
    ['a\\', /backslash/],
    ['[\\', /backslash/],
    ['{a,b}'.repeat(7), /64 alternatives/],
    [`{${'a,'.repeat(64)}}`, /64 alternatives/],
  ])('refuses %s', (pattern, reason) => {
    const parsed = parseGlob(pattern);

    expect(parsed).toHaveProperty('problem', expect.stringMatching(reason));
  });

  it('takes the longest pattern, in characters, and the most alternatives', () => {
    expect(matches('\u{1F600}'.repeat(MAX_GLOB_LENGTH), '\u{1F600}'.repeat(MAX_GLOB_LENGTH))).toBe(true);
    expect(matches('{a,b}'.repeat(Math.log2(MAX_GLOB_ALTERNATIVES)), 'ababab')).toBe(true);
  });

  it('refuses a bomb of braces before it is expanded', () => {
    expect(parseGlob('{a,b}'.repeat(51))).toHaveProperty('problem');
    expect(parseGlob('{'.repeat(MAX_GLOB_LENGTH))).toHaveProperty('problem');
    expect(matches('{'.repeat(128) + '}'.repeat(128), '')).toBe(true);
  });

  it('ends soon where backtracking to every star would take longer than anybody lives', () => {
    const name = 'a'.repeat(20_000);

    expect(matches(`${'*a'.repeat(127)}*b`, name)).toBe(false);
    expect(matches(`*${'a'.repeat(250)}b`, name)).toBe(false);
    expect(matches(`{${'*a'.repeat(40)}b,${'a*'.repeat(40)}b,*?*?*?*?*[!a]}`, name)).toBe(false);
    expect(matches(`${'*a'.repeat(127)}*`, name)).toBe(true);
  });

  it('agrees with a regular expression on stars, question marks and sets', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]'), {
      minLength: 1,
      maxLength: 7,
    });
    const text = fc
      .array(fc.constantFrom('a', 'b', '/', '\u{1F600}'), { maxLength: 9 })
      .map((all) => all.join(''));
    const translated: Record<string, string> = { '*': '.*', '?': '.', '[!a]': '[^a]' };
    fc.assert(
      fc.property(pieces, text, (pattern, text) => {
        const expression = new RegExp(
          `^${pattern.map((piece) => translated[piece] ?? piece).join('')}$`,
          'su',
        );
        expect(matches(pattern.join(''), text)).toBe(expression.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('matches a literal pattern with itself only', () => {
    const unit = fc.constantFrom(
      'a',
      'A',
      '.',
      '+',
      '$',
      '/',
      '}',
      ']',
      ',',
      '^',
      '-',
      '!',
      '\u{1F600}',
      '\uDE00',
    );
    const literal = fc.string({ unit, minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(literal, fc.string({ unit, maxLength: 3 }), (pattern, other) => {
        expect(matches(pattern, pattern)).toBe(true);
        expect(matches(pattern, other)).toBe(pattern === other);
        expect(matches(pattern, `${pattern}${other}`)).toBe(other === '');
      }),
    );
  });

  it('matches any text with itself once its special characters are escaped', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'ab/*?[]{},!^-\\'.split('')),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(text, text, (text, other) => {
        const pattern = text.replaceAll(/[*?[\]{},\\]/g, String.raw`\$&`);
        expect(matches(pattern, text)).toBe(true);
        expect(matches(pattern, other)).toBe(text === other);
      }),
    );
  });
});
