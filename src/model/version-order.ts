/** What the order of versions looks at. A number is milliseconds since 1970. */
export interface OrderedVersion {
  readonly version: string;
  readonly publishedAt?: Date | number | undefined;
}

/** A version read once, so that comparing many does not parse again. Made by `versionKey`. */
export interface VersionKey {
  readonly version: string;
  /** Milliseconds since 1970; `-Infinity` when unknown, so that it counts as earliest. */
  readonly publishedAt: number;
  readonly semver: SemanticVersion | undefined;
}

interface SemanticVersion {
  /** Decimal digits without leading zeros, so they stay exact at any length. */
  readonly core: readonly string[];
  readonly prerelease: readonly string[];
}

const SEMVER =
  /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?<prerelease>[0-9A-Za-z.-]+))?(?:\+(?<build>[0-9A-Za-z.-]+))?$/;
const NUMERIC = /^\d+$/;
const LEADING_ZERO = /^0\d+$/;

/** The key by which `compareVersionKeys` orders `ordered`. */
export function versionKey(ordered: OrderedVersion): VersionKey {
  return {
    version: ordered.version,
    publishedAt: instant(ordered.publishedAt),
    semver: parseSemver(ordered.version),
  };
}

/**
 * Ascending order, total and transitive: a strict semantic version (Semantic Versioning 2.0.0 with an optional
 * leading `v`) is above every other text; two of them compare by precedence, then text; two others by
 * publication, then text. Text compares by UTF-16 code units.
 */
export function compareVersionKeys(a: VersionKey, b: VersionKey): number {
  if (a.semver !== undefined && b.semver !== undefined) {
    return comparePrecedence(a.semver, b.semver) || compareText(a.version, b.version);
  }
  if (a.semver !== undefined) return 1;
  if (b.semver !== undefined) return -1;
  return compareNumbers(a.publishedAt, b.publishedAt) || compareText(a.version, b.version);
}

/** `compareVersionKeys` of two versions; where many are compared, make their keys once instead. */
export function compareVersions(a: OrderedVersion, b: OrderedVersion): number {
  return compareVersionKeys(versionKey(a), versionKey(b));
}

/** The greatest of `versions`, which must not hold deleted ones; `undefined` when there are none. */
export function latestOf<T extends OrderedVersion>(versions: readonly T[]): T | undefined {
  let latest: { readonly value: T; readonly key: VersionKey } | undefined;
  for (const value of versions) {
    const key = versionKey(value);
    if (latest === undefined || compareVersionKeys(key, latest.key) > 0) latest = { value, key };
  }
  return latest?.value;
}

function instant(publishedAt: Date | number | undefined): number {
  const time = publishedAt instanceof Date ? publishedAt.getTime() : publishedAt;
  // An invalid date is NaN, which would break the order's transitivity.
  return time === undefined || Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

function parseSemver(version: string): SemanticVersion | undefined {
  const match = SEMVER.exec(version);
  if (match === null) return undefined;
  const prerelease = match.groups?.['prerelease']?.split('.') ?? [];
  const build = match.groups?.['build']?.split('.') ?? [];
  if (prerelease.some((identifier) => identifier === '' || LEADING_ZERO.test(identifier))) return undefined;
  if (build.includes('')) return undefined;
  return { core: match.slice(1, 4), prerelease };
}

function comparePrecedence(a: SemanticVersion, b: SemanticVersion): number {
  const core = compareLists(a.core, b.core, compareDigits);
  if (core !== 0) return core;
  // A release is above its own prereleases, though its list of identifiers is the shorter one.
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return b.prerelease.length - a.prerelease.length;
  return compareLists(a.prerelease, b.prerelease, compareIdentifiers);
}

/** Item by item; the longer list is above the one it starts with. */
function compareLists(
  a: readonly string[],
  b: readonly string[],
  compare: (a: string, b: string) => number,
): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compare(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const aNumeric = NUMERIC.test(a);
  const bNumeric = NUMERIC.test(b);
  if (aNumeric && bNumeric) return compareDigits(a, b);
  if (aNumeric) return -1;
  if (bNumeric) return 1;
  return compareText(a, b);
}

/** Without leading zeros the longer number is the greater one. */
function compareDigits(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
