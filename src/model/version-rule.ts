/** Longest version, in characters (Unicode code points), as in the server.json schema. */
export const MAX_VERSION_LENGTH = 255;

// `\p{Surrogate}` matches only a surrogate without its partner when the `u` flag is set.
const LONE_SURROGATE = /\p{Surrogate}/u;
const CONTROL_CHARACTER = /\p{Control}/u;
const WITHIN_LENGTH = new RegExp(`^.{0,${MAX_VERSION_LENGTH}}$`, 'su');

const COMPARATOR = String.raw`(?:\^|~|[<>]=?|=)\s*`;
const PRERELEASE = String.raw`(?:-[0-9A-Za-z.-]+)?`;
const NUMERIC_VERSION = String.raw`v?\d+(?:\.\d+){0,3}${PRERELEASE}`;
const WILDCARD_PART = String.raw`(?:\d+|[xX*])`;

const COMPARED = new RegExp(`^${COMPARATOR}${NUMERIC_VERSION}$`);
const SPAN = new RegExp(String.raw`^${NUMERIC_VERSION}\s+-\s+${NUMERIC_VERSION}$`);
const CHOICE = new RegExp(
  `^(?:${COMPARATOR})?(?:${NUMERIC_VERSION}|${WILDCARD_PART}(?:\\.${WILDCARD_PART}){0,3})$`,
);
/** The dotted parts are captured, so that an `x` in the prerelease after them is never taken for a wildcard. */
const DOTTED = new RegExp(`^v?(?<parts>${WILDCARD_PART}(?:\\.${WILDCARD_PART}){1,2})${PRERELEASE}$`);

/**
 * Why `version` may not enter the catalogue by any way, or `undefined` when it may.
 * A version need not be a semantic one, but it must name one version, fit into 255 characters, not take the
 * reserved word `latest`, and be storable and addressable as one segment of a path.
 */
export function versionProblem(version: string): string | undefined {
  if (version === '') return 'must not be empty';
  if (!WITHIN_LENGTH.test(version)) return `must not be longer than ${MAX_VERSION_LENGTH} characters`;
  if (CONTROL_CHARACTER.test(version)) return 'must not contain control characters';
  if (LONE_SURROGATE.test(version)) return 'must be well-formed Unicode text';
  if (version.trim() === '') return 'must not be blank';
  if (version === 'latest') return 'must not be "latest", which is reserved for the newest version';
  // Every URL parser removes these as path segments, even when they are percent-encoded.
  if (version === '.' || version === '..') return 'must not be "." or "..", which no path can address';
  if (looksLikeRange(version)) return 'must be one version, not a range such as "^1.2.3" or "1.x"';
  return undefined;
}

/**
 * True when `version` is a range: a comparator before a version (`^1.2.3`), a span (`1.2.3 - 2.0.0`), a choice
 * (`1.2 || 1.3`) or a wildcard among the dotted parts (`1.x`, `1.2.*`). It refuses what the official registry
 * refuses, except for prereleases that merely contain an x (`1.0.0-next.1`), which are versions.
 */
export function looksLikeRange(version: string): boolean {
  const text = version.trim();
  if (COMPARED.test(text) || SPAN.test(text)) return true;
  const choices = text.split('||');
  if (choices.length > 1) return choices.every((choice) => CHOICE.test(choice.trim()));
  const parts = DOTTED.exec(text)?.groups?.['parts'];
  return parts !== undefined && /[xX*]/.test(parts);
}
