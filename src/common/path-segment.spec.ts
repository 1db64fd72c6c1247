import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathSegment } from './path-segment.js';

const CHARACTERS = ['a', 'A', '0', '.', '/', '\\', '%', '-', ' ', '\0', '\n', 'é', '😀', '\ud800'];

describe('pathSegment', () => {
  it('leaves usual names alone', () => {
    expect(pathSegment('my-source_1.0')).toBe('my-source_1.0');
  });

  it.each([
    ['..', '%2e%2e'],
    ['.', '%2e'],
    ['.hidden.', '%2ehidden%2e'],
    ['a/b', 'a%2fb'],
    ['a\\b', 'a%5cb'],
    ['A', '%41'],
    ['%41', '%2541'],
    ['é', '%c3%a9'],
    ['', ''],
  ])('writes %j as %j', (name, segment) => {
    expect(pathSegment(name)).toBe(segment);
  });

  it('is one short segment below its folder for every name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: 255 }),
        (name) => {
          const segment = pathSegment(name);
          expect(segment).toMatch(/^[a-z0-9._%-]{1,200}$/);
          expect(posix.dirname(posix.join('/base', segment))).toBe('/base');
        },
      ),
    );
  });

  it('keeps long names apart that differ at their ends only', () => {
    const long = 'x'.repeat(250);

    expect(pathSegment(`${long}1`)).not.toBe(pathSegment(`${long}2`));
  });
});
