import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVersionKeys,
  compareVersions,
  latestOf,
  versionKey,
  type OrderedVersion,
} from './version-order.js';

/** `versions` ascending; the input is reversed so that a comparison that does nothing is noticed. */
function ascending(versions: readonly string[]): string[] {
  return versions
    .map((version) => ({ version }))
    .toReversed()
    .sort(compareVersions)
    .map(({ version }) => version);
}

const number = fc.oneof(fc.nat(3).map(String), fc.bigInt(0n, 10n ** 30n).map(String));
const identifier = fc.oneof(number, fc.constantFrom('alpha', 'rc', 'x', '-', '0a', 'B'));
const identifiers = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const semver = fc
  .tuple(
    fc.constantFrom('', 'v'),
    fc.tuple(number, number, number),
    fc.option(identifiers, { nil: undefined }),
    fc.option(identifiers, { nil: undefined }),
  )
  .map(
    ([prefix, core, pre, build]) =>
      prefix +
      core.join('.') +
      (pre === undefined ? '' : `-${pre}`) +
      (build === undefined ? '' : `+${build}`),
  );
const calendar = fc.constantFrom('2025-06-18', '2025.06.18', '2024-12', '20250618', '2025.6.18');
const nearlySemver = fc.constantFrom('1.0', '01.0.0', '1.0.0-', '1.0.0-a..b', '1.0.0-01', '1.0.0+', 'V1.0.0');
const ordered: fc.Arbitrary<OrderedVersion> = fc.record(
  {
    version: fc.oneof(semver, calendar, nearlySemver, fc.string({ maxLength: 5 })),
    publishedAt: fc.oneof(fc.nat(3), fc.date({ noInvalidDate: false }), fc.constant(undefined)),
  },
  { requiredKeys: ['version'] },
);

describe('compareVersions', () => {
  it('follows the precedence example of the semver specification', () => {
    const sorted = ['alpha', 'alpha.1', 'alpha.beta', 'beta', 'beta.2', 'beta.11', 'rc.1'].map(
      (pre) => `1.0.0-${pre}`,
    );

    expect(ascending([...sorted, '1.0.0', '1.2.0', '1.10.0', '2.0.0'])).toEqual([
      ...sorted,
      '1.0.0',
      '1.2.0',
      '1.10.0',
      '2.0.0',
    ]);
  });

  it('compares numbers beyond 2^53 exactly, in the core and in prereleases', () => {
    const core = ['9007199254740992.0.0', '9007199254740993.0.0', '10000000000000000000000.0.0'];
    const prerelease = ['1.0.0-9007199254740992', '1.0.0-9007199254740993'];

    expect(ascending(core)).toEqual(core);
    expect(ascending(prerelease)).toEqual(prerelease);
  });

  it('ignores build metadata and the leading v, then decides by text', () => {
    const versions = ['1.0.0', '1.0.0+a', '1.0.0+b', 'v1.0.0', '1.0.1'];

    expect(ascending(versions)).toEqual(versions);
  });

  it.each([
    '1.0',
    '1.0.0.0',
    '01.0.0',
    '1.0.0-',
    '1.0.0-a..b',
    '1.0.0-01',
    '1.0.0+',
    '1.0.0+a..b',
    'V9.0.0',
    '9.0.0\n',
    ' 9.0.0',
  ])('puts %j, which is no strict semver, below every semver whatever its date', (version) => {
    const loose = { version, publishedAt: Date.parse('2030-01-01') };

    expect(compareVersions(loose, { version: '0.0.0-0', publishedAt: 0 })).toBeLessThan(0);
  });

  it('orders other texts by publication, an absent or invalid date first, then by code units', () => {
    const versions: OrderedVersion[] = [
      { version: 'Z' },
      { version: 'a', publishedAt: new Date(Number.NaN) },
      { version: 'z', publishedAt: new Date(1) },
      { version: '\u{1F600}', publishedAt: 2 },
      { version: '\uFF5E', publishedAt: new Date(2) },
      { version: 'b', publishedAt: 3 },
    ];

    expect(versions.toReversed().sort(compareVersions)).toEqual(versions);
  });

  it('does not let publication decide between semantic versions', () => {
    expect(compareVersions({ version: '1.0.0', publishedAt: 2 }, { version: '1.0.0', publishedAt: 1 })).toBe(
      0,
    );
    expect(
      compareVersions({ version: '1.0.0', publishedAt: 2 }, { version: '1.0.1', publishedAt: 1 }),
    ).toBeLessThan(0);
  });

  it('is antisymmetric, and equal only for the same text', () => {
    fc.assert(
      fc.property(ordered, ordered, (a, b) => {
        const order = compareVersions(a, b);
        expect(Math.sign(order) + Math.sign(compareVersions(b, a))).toBe(0);
        expect(order === 0 && a.version !== b.version).toBe(false);
        expect(compareVersions(a, a)).toBe(0);
      }),
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(ordered, ordered, ordered, (a, b, c) => {
        const [low, middle, high] = [a, b, c].sort(compareVersions);
        expect(compareVersions(low!, middle!)).toBeLessThanOrEqual(0);
        expect(compareVersions(middle!, high!)).toBeLessThanOrEqual(0);
        expect(compareVersions(low!, high!)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the order of the keys', () => {
    fc.assert(
      fc.property(ordered, ordered, (a, b) => {
        expect(compareVersionKeys(versionKey(a), versionKey(b))).toBe(compareVersions(a, b));
      }),
    );
  });
});

describe('latestOf', () => {
  it('is undefined for no versions', () => {
    expect(latestOf([])).toBeUndefined();
  });

  it('prefers a release to its prerelease, and semver to a newer calendar version', () => {
    const versions = [
      { version: '2.0.0-rc.1' },
      { version: '2.0.0' },
      { version: '2025-06-18', publishedAt: Date.parse('2025-06-18') },
      { version: '1.9.9' },
    ];

    expect(latestOf(versions)).toBe(versions[1]);
  });

  it('is a prerelease when that is the greatest by semver', () => {
    expect(latestOf([{ version: '1.0.0' }, { version: '2.0.0-alpha' }])?.version).toBe('2.0.0-alpha');
  });

  it('is at or above every version, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(ordered, { minLength: 1 }), (versions) => {
        const latest = latestOf(versions)!;
        expect(versions).toContain(latest);
        expect(versions.every((version) => compareVersions(version, latest) <= 0)).toBe(true);
        expect(latestOf(versions.toReversed())?.version).toBe(latest.version);
      }),
    );
  });
});
