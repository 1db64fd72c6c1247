import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageAddress, registryRoots, shownAddress } from './api-address.js';

const roots = (endpoint: string) => registryRoots(endpoint).map(({ href }) => href);

describe('where a registry is looked for', () => {
  it.each([
    ['https://a.example', ['https://a.example/v0.1', 'https://a.example/v0']],
    ['https://a.example/', ['https://a.example/v0.1', 'https://a.example/v0']],
    ['https://a.example/v0.1//', ['https://a.example/v0.1', 'https://a.example/v0']],
    ['https://a.example/v0', ['https://a.example/v0', 'https://a.example/v0.1']],
    ['https://a.example/b/v0.10', ['https://a.example/b/v0.10/v0.1', 'https://a.example/b/v0.10/v0']],
    ['https://a.example/b%2Fc#d', ['https://a.example/b%2Fc/v0.1', 'https://a.example/b%2Fc/v0']],
    ['https://a.example/b?c=d', ['https://a.example/b/v0.1?c=d', 'https://a.example/b/v0?c=d']],
  ])('%s', (endpoint, expected) => {
    expect(roots(endpoint)).toEqual(expected);
  });
});

describe('the address of a page', () => {
  it('hands every cursor on as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (cursor) => {
        const address = pageAddress(new URL('https://a.example/v0.1?c=d'), 'servers', 100, cursor);

        expect(new URL(address.href).searchParams.get('cursor')).toBe(cursor);
        expect(address.href).not.toContain('+');
      }),
    );
  });

  it.each([
    ['https://a.example/v0.1', 'https://a.example/v0.1/x/dev.toolhive/skills?limit=100'],
    ['https://a.example/v0.1?limit=5&key=s3cret', 'https://a.example/v0.1/x/dev.toolhive/skills?limit=100'],
  ])('behind %s is shown without what else is in its query', (root, shown) => {
    expect(shownAddress(pageAddress(new URL(root), 'skills', 100))).toBe(shown);
  });
});
