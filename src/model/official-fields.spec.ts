import { describe, expect, it } from 'vitest';
import { checkFields } from './official-fields.js';
import { DocumentPart } from './official-finding.js';

/** Findings on a document of today's schema, as `code pointer`. */
function faults(document: object): string[] {
  return [...checkFields(new DocumentPart(document), '2025-12-11')].map(
    ({ code, pointer }) => `${code} ${pointer}`,
  );
}

describe('names of servers', () => {
  it.each(['com.example/ab', 'com..example/a_b.c', 'A1/b2', 'a-b.c/d--e'])('takes %j', (name) => {
    expect(faults({ name })).toEqual([]);
  });

  it.each([
    'com.example/a',
    'a/abc',
    '.com/abc',
    'com-/abc',
    'com/abc.',
    'com/_abc',
    'com.ex_ample/abc',
    'abc',
    'a.b/cd/ef',
    '/abc',
    'com/',
    'com.example/ab\n',
    'cöm/abc',
  ])('refuses %j', (name) => {
    expect(faults({ name })).toEqual(['invalid-server-name /name']);
  });
});

describe('versions', () => {
  it.each(['1.0.0', 'v1', 'LATEST', 'latest ', '1.0.0-next.1', '1.2.3-x.1', '2025-06-18', '*'])(
    'takes %j',
    (version) => {
      expect(faults({ version })).toEqual([]);
    },
  );

  it.each([
    ['latest', 'reserved-version-string'],
    ['^1.2.3', 'version-looks-like-range'],
    ['1.x', 'version-looks-like-range'],
    ['1.2 || 1.3', 'version-looks-like-range'],
  ])('refuses %j', (version, code) => {
    expect(faults({ version })).toEqual([`${code} /version`]);
  });
});

describe('title, website and icons', () => {
  it.each([
    [{ title: 'A' }, []],
    [{ title: ' \t' }, ['title-whitespace-only /title']],
    [{ websiteUrl: 'https://e.com/x' }, []],
    [{ websiteUrl: 'http://e.com' }, ['website-url-invalid-scheme /websiteUrl']],
    [{ websiteUrl: 'https://e.com/a b' }, ['website-url-invalid-characters /websiteUrl']],
    [
      { websiteUrl: 'http://e.com/<x>' },
      ['website-url-invalid-scheme /websiteUrl', 'website-url-invalid-characters /websiteUrl'],
    ],
    [
      { icons: [{ src: 'https://e.com/i' }, { src: 'data:image/png,x' }] },
      ['icon-src-invalid-scheme /icons/1/src'],
    ],
  ])('%j', (document, expected) => {
    expect(faults(document)).toEqual(expected);
  });
});

describe('repositories', () => {
  it.each([
    ['https://github.com/a/b', 'github'],
    ['http://www.github.com/a/b.git', 'github'],
    ['https://gitlab.com/a/b/', 'gitlab'],
  ])('takes %j', (url, source) => {
    expect(faults({ repository: { url, source } })).toEqual([]);
  });

  it.each([
    ['https://gitlab.com/a/b', 'github', 'url'],
    ['https://github.com/a', 'github', 'url'],
    ['https://github.com/a/b/tree/main', 'github', 'url'],
    ['https://github.com/a/b?x=1', 'github', 'url'],
    ['https://github.com.evil.example/a/b', 'github', 'url'],
    ['https://gitlab.com/a/b/c', 'gitlab', 'url'],
    ['https://github.com/a/b', 'bitbucket', 'source'],
    ['https://github.com/a/b', '', 'source'],
  ])('refuses %j of %j', (url, source, member) => {
    expect(faults({ repository: { url, source } })).toEqual([`invalid-repository-url /repository/${member}`]);
  });

  it.each([
    ['src/a-b_c.d', true],
    ['', true],
    ['/src', false],
    ['src/', false],
    ['./src', false],
    ['a/../b', false],
    ['a//b', false],
    ['a b', false],
    ['..', false],
  ])('judges the subfolder %j as %s', (subfolder, clean) => {
    const repository = { url: 'https://github.com/a/b', source: 'github', subfolder };

    expect(faults({ repository })).toEqual(clean ? [] : ['invalid-subfolder-path /repository/subfolder']);
  });
});
