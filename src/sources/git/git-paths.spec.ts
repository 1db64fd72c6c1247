import { describe, expect, it } from 'vitest';
import { isPlainName, selectPaths } from './git-paths.js';

describe('selectPaths', () => {
  it.each([
    ['registry.json', 'registry.json', true],
    ['registry.json', 'a/registry.json', false],
    ['a/server.yaml', 'a/server.yaml', true],
    ['a', 'a/b/server.json', true],
    ['a', 'a/server.yaml', true],
    ['a', 'a/b/server.yml', true],
    ['a', 'a/server.yml.txt', false],
    ['a', 'ab/server.json', false],
    ['a', 'a/.github/x.json', false],
    ['.github/registry', '.github/registry/x.json', true],
    ['.', 'x.json', true],
    ['*.json', 'x.json', true],
    ['*.json', 'a/x.json', false],
    ['a/*/server.json', 'a/b/server.json', true],
    ['a/*/server.json', 'a/b/c/server.json', false],
    ['a/*/server.json', 'a/server.json', false],
    ['**', 'a/b/c.txt', true],
    ['**/server.json', 'server.json', true],
    ['**/server.json', 'a/b/server.json', true],
    ['a/**/b/*.json', 'a/b/x.json', true],
    ['a/**/b/*.json', 'a/1/2/b/x.json', true],
    ['a/**/b/*.json', 'a/1/2/x.json', false],
    ['{a,b}/?.json', 'b/x.json', true],
    ['[ab]/x.json', 'c/x.json', false],
  ])('%s means %s: %s', (path, candidate, expected) => {
    expect(selectPaths(path).matches(candidate)).toBe(expected);
  });

  it.each([
    ['a/b/*.json', 'a/b'],
    ['**/x', ''],
    ['/a//b/', 'a/b'],
  ])('%s begins at %j', (path, base) => {
    expect(selectPaths(path).base).toBe(base);
  });

  it.each(['../x', 'a/../../x', 'a/[b', 'a\0b'])('refuses %j', (path) => {
    expect(() => selectPaths(path)).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
  });

  it('takes no longer for many wildcards', () => {
    const path = Array.from({ length: 30 }, () => '**/a').join('/');
    const candidate = Array.from({ length: 500 }, () => 'a').join('/');
    const before = performance.now();

    selectPaths(`${path}/b`).matches(candidate);

    expect(performance.now() - before).toBeLessThan(500);
  });
});

it.each(['', '.', '..', 'a/b', 'a\\b', 'a\0'])('%j is no plain name', (name) => {
  expect(isPlainName(name)).toBe(false);
});
