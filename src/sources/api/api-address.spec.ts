import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageAddress, registryRoots } from './api-address.js';

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
        const root = new URL('https://a.example/v0.1?c=d');
        const { href } = pageAddress(root, { list: 'servers', limit: 100, cursor }).url;

        expect(new URL(href).searchParams.get('cursor')).toBe(cursor);
        expect(href).not.toContain('+');
      }),
    );
  });

  it.each([
    ['https://a.example/v0.1', 'https://a.example/v0.1/x/dev.toolhive/skills?limit=100'],
    ['https://a.example/v0.1?limit=5&key=s3cret', 'https://a.example/v0.1/x/dev.toolhive/skills?limit=100'],
  ])('behind %s is shown without what else is in its query', (root, shown) => {
    expect(pageAddress(new URL(root), { list: 'skills', limit: 100 }).shown).toBe(shown);
  });

  it('asks for changes as registries understand it, and needs no limit', () => {
    const changes = { since: '2025-10-01T12:00:00Z', includeDeleted: true };
    const { url } = pageAddress(new URL('https://a.example/v0.1'), { list: 'servers', changes });

    expect(url.search).toBe('?updated_since=2025-10-01T12%3A00%3A00Z&include_deleted=true');
  });
});
