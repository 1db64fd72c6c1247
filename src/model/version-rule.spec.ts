import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasSharedData, sharedData } from '../../test/support/shared-data.js';
import { looksLikeRange, versionProblem } from './version-rule.js';

const COMPARED = [
  '^1.2.3',
  '~1',
  '>=1.2.3',
  '<=1.2.3',
  '>1',
  '<1.2',
  '=1.2.3',
  '= v1.2',
  '^1.2.3.4',
  '^1.0.0-beta.1',
];
const SPANS = ['1.2.3 - 2.0.0', 'v1 - v2', '1.2.3-rc.1  -  2.0.0'];
const CHOICES = ['1.2 || 1.3', '1.2||1.3', '^1.2 || 1.x || 3', '1 || *'];
const WILDCARDS = ['1.x', '1.2.X', '1.2.*', '*.*', 'v1.x', '1.x-beta', 'x.1.2', ' 1.x '];
const RANGES = [...COMPARED, ...SPANS, ...CHOICES, ...WILDCARDS, '  ^1.2.3'];

const NUMBERED = [
  '1.0.0',
  'v1.0',
  '1-2',
  '1',
  '1.2.3.4',
  '0.0.0-0',
  '1.0.0+b.1',
  '1.0.0-rc.1+x86',
  '2025-06-18',
];
const WITH_AN_X = ['1.0.0-next.1', '1.0.0-experimental', 'v1.0.0-linux', '1.2.3-x.1', '1.2-x', 'x', '*'];
const TEXTS = [
  'snapshot',
  'LATEST',
  'Latest',
  'latest ',
  '1 2',
  'a || b',
  '>=1.0 <2.0',
  '...',
  '版本一',
  '\u{1F600}',
];
const VERSIONS = [...NUMBERED, ...WITH_AN_X, ...TEXTS, 'release/1.0'];

describe('looksLikeRange', () => {
  it.each(RANGES)('finds the range %j', (version) => {
    expect(looksLikeRange(version)).toBe(true);
  });

  it.each(VERSIONS)('takes %j for one version', (version) => {
    expect(looksLikeRange(version)).toBe(false);
  });

  it('never takes a semantic version with a prerelease for a range', () => {
    const letters = fc.stringMatching(/^[xX][a-zX-]{0,8}$/);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), letters, (major, minor, patch, prerelease) => {
        expect(looksLikeRange(`${major}.${minor}.${patch}-${prerelease}`)).toBe(false);
      }),
    );
  });

  it('ends soon on long hostile texts', () => {
    const digits = '1'.repeat(50_000);

    expect(looksLikeRange(`^${digits}!`)).toBe(false);
    expect(looksLikeRange(`${digits}${' '.repeat(1_000)}-!`)).toBe(false);
    expect(looksLikeRange(`1.x-${'-.'.repeat(50_000)}!`)).toBe(false);
  });
});

describe('versionProblem', () => {
  it.each(VERSIONS)('lets %j in', (version) => {
    expect(versionProblem(version)).toBeUndefined();
  });

  it.each(RANGES)('refuses the range %j', (version) => {
    expect(versionProblem(version)).toMatch(/range/);
  });

  it.each([
    ['', /empty/],
    ['latest', /"latest"/],
    [' ', /blank/],
    ['\u00A0\u2003', /blank/],
    ['1.0\u0000', /control/],
    ['1.0\n', /control/],
    ['1.0\u007F', /control/],
    ['1.0\u0085', /control/],
    ['1.0\uD800', /Unicode/],
    ['\uDC00\uD800', /Unicode/],
    ['.', /path/],
    ['..', /path/],
  ])('refuses %j', (version, reason) => {
    expect(versionProblem(version)).toMatch(reason);
  });

  it('counts characters, not code units, up to 255', () => {
    expect(versionProblem('1'.repeat(255))).toBeUndefined();
    expect(versionProblem('1'.repeat(256))).toMatch(/255/);
    expect(versionProblem('\u{1F600}'.repeat(255))).toBeUndefined();
    expect(versionProblem('\u{1F600}'.repeat(256))).toMatch(/255/);
  });
});

interface JudgedCase {
  readonly id: string;
  readonly doc: { readonly version?: unknown };
  readonly official_validate: { readonly valid?: boolean };
}

describe.skipIf(!hasSharedData)('versionProblem beside the official registry', () => {
  /** Prereleases with an x, which the official registry takes for ranges. */
  const LENIENT = [
    'version-x-prerelease',
    'version-false-positive-next',
    'version-false-positive-experimental',
  ];

  it('agrees on every judged version but the prereleases with an x', () => {
    const { cases } = JSON.parse(readFileSync(sharedData('official-serverjson-cases.json'), 'utf8')) as {
      cases: JudgedCase[];
    };
    const judged = cases.filter(
      ({ id, doc }) => id.startsWith('version-') && typeof doc.version === 'string',
    );

    const disagreed = judged.filter(
      ({ doc, official_validate: official }) =>
        (versionProblem(String(doc.version)) === undefined) !== (official.valid === true),
    );

    expect(judged.length).toBeGreaterThan(20);
    expect(disagreed.map(({ id }) => id)).toEqual(LENIENT);
  });
});
