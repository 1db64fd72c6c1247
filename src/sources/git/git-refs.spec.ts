import { describe, expect, it } from 'vitest';
import { chooseRef, pinnedCommit, type RemoteRef } from './git-refs.js';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
const REFS: readonly RemoteRef[] = [
  { ref: 'HEAD', oid: A, target: 'refs/heads/main' },
  { ref: 'refs/heads/main', oid: A },
  { ref: 'refs/heads/v1', oid: B },
  { ref: 'refs/tags/v1', oid: B, peeled: C },
];

describe('chooseRef', () => {
  it.each([
    ['the default branch', {}, { commit: A, ref: 'HEAD' }],
    ['a branch, not the tag of its name', { branch: 'v1' }, { commit: B, ref: 'refs/heads/v1' }],
    ['a tag, not the branch of its name', { tag: 'v1' }, { commit: C, ref: 'refs/tags/v1' }],
    ['a full name', { branch: 'refs/heads/main' }, { commit: A, ref: 'refs/heads/main' }],
    ['a commit', { commit: C.toUpperCase() }, { commit: C, ref: C }],
    ['a short commit, as what a tag points at', { commit: 'cccc' }, { commit: C, ref: C }],
  ])('finds %s', (_what, wanted, expected) => {
    expect(chooseRef(REFS, wanted)).toEqual(expected);
  });

  it('lists up to five branches when there is none of the name', () => {
    const refs = Array.from({ length: 7 }, (_, index) => ({ ref: `refs/heads/b${index}`, oid: A }));

    expect(() => chooseRef(refs, { branch: 'x' })).toThrow('it has b0, b1, b2, b3, b4, and 2 more');
  });

  it.each([
    { branch: 'main:refs/heads/other' },
    { branch: '-u' },
    { tag: 'a..b' },
    { branch: 'a b' },
    { commit: 'abc' },
    { commit: 'main' },
  ])('refuses %o', (wanted) => {
    expect(() => chooseRef(REFS, wanted)).toThrow(expect.objectContaining({ code: 'ref-not-found' }));
  });

  it('leaves a short id that is at no name to the history', () => {
    expect(chooseRef(REFS, { commit: 'abcd1234' })).toBe('in-history');
  });

  it('refuses a short id of several commits', () => {
    const refs = [
      { ref: 'refs/heads/a', oid: `abcd${'0'.repeat(36)}` },
      { ref: 'refs/heads/b', oid: `abcd${'1'.repeat(36)}` },
    ];

    expect(() => chooseRef(refs, { commit: 'abcd' })).toThrow('several commits');
  });
});

it('only a full id is pinned', () => {
  expect(pinnedCommit({ commit: A.toUpperCase() })).toBe(A);
  expect(pinnedCommit({ commit: 'aaaa' })).toBeUndefined();
  expect(pinnedCommit({ branch: A })).toBeUndefined();
});
