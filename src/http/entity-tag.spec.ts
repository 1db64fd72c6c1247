import { describe, expect, it } from 'vitest';
import { entityTag, matchesEntityTag } from './entity-tag.js';

const tag = entityTag(Buffer.from('a'));

describe('entityTag', () => {
  it('is a strong, quoted tag that depends on the bytes alone', () => {
    expect(tag).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    expect(entityTag(Buffer.from('a'))).toBe(tag);
    expect(entityTag(Buffer.from('b'))).not.toBe(tag);
  });
});

describe('matchesEntityTag', () => {
  it.each([tag, `W/${tag}`, '*', ` * `, `"x", ${tag}`, `"x" ,W/${tag} , "y"`])('accepts %s', (header) => {
    expect(matchesEntityTag(header, tag)).toBe(true);
  });

  it.each(['', '"x"', tag.slice(1, -1), 'W/"x", "y"'])('refuses %s', (header) => {
    expect(matchesEntityTag(header, tag)).toBe(false);
  });
});
