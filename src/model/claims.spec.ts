import { describe, expect, it } from 'vitest';
import { coversClaims, heldClaims, meetsClaims } from './claims.js';

const caller = heldClaims({ org: 'acme', team: ['tools', 'web'], admin: true, mixed: ['a', 1], sub: 'x' });

describe('heldClaims', () => {
  it('takes texts and lists of texts, and nothing else', () => {
    expect([...caller.keys()]).toEqual(['org', 'team', 'sub']);
  });

  it('takes names as they are, whatever they mean to JavaScript', () => {
    const held = heldClaims(
      JSON.parse('{"__proto__": "a", "constructor": ["b"]}') as Record<string, unknown>,
    );

    expect(meetsClaims(held, JSON.parse('{"__proto__": "a"}') as Record<string, string>)).toBe(true);
    expect(meetsClaims(caller, { constructor: [] })).toBe(false);
  });
});

describe('meetsClaims', () => {
  it.each([
    [{ org: 'acme' }, true],
    [{ org: ['other', 'acme'] }, true],
    [{ team: ['web', 'finance'] }, true],
    [{ org: 'acme', team: 'tools' }, true],
    [{ org: 'acme', team: 'finance' }, false],
    [{ Org: 'acme' }, false],
    [{ org: 'Acme' }, false],
    [{ org: 'acm' }, false],
    [{ org: [] }, true],
    [{ missing: [] }, false],
    [{ admin: 'true' }, false],
    [{ mixed: 'a' }, false],
  ])('of %j is %s', (required, expected) => {
    expect(meetsClaims(caller, required as Record<string, string | string[]>)).toBe(expected);
  });
});

describe('coversClaims', () => {
  it('wants every value to be held', () => {
    expect(coversClaims(caller, { team: ['web', 'tools'], org: 'acme' })).toBe(true);
    expect(coversClaims(caller, { team: ['web', 'finance'] })).toBe(false);
    expect(coversClaims(caller, { region: [] })).toBe(false);
  });
});
