import { describe, expect, it } from 'vitest';
import { cutText, isStorableText, storableText } from './bounded-text.js';

describe('cutText', () => {
  it.each([
    ['short', 10, 'short'],
    ['exact', 5, 'exact'],
    ['longer', 4, 'long'],
    ['abc\u{1F600}', 4, 'abc'],
    ['abc\u{1F600}', 5, 'abc\u{1F600}'],
  ])('cuts %j to %d', (text, length, expected) => {
    expect(cutText(text, length)).toBe(expected);
  });
});

describe('storable text', () => {
  it.each([
    ['plain \u{1F600}', 'plain \u{1F600}'],
    ['a\0b', 'a\uFFFDb'],
    ['\ud83d', '\uFFFD'],
    ['x\ude00y', 'x\uFFFDy'],
  ])('replaces what cannot be stored in %j', (text, expected) => {
    expect(storableText(text)).toBe(expected);
    expect(isStorableText(text)).toBe(text === expected);
    expect(isStorableText(expected)).toBe(true);
  });
});
