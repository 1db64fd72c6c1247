/** First segments of the paths that have several spellings; every other path is left alone. */
const OURS = new Set(['registry', 'v0.1', 'v0', 'servers', 'api']);
const VERSION_PARTS = new Set(['v0.1', 'v0']);
/** Routes below the version part that have no parameters. */
const PLAIN_ROUTES = new Set(['ping', 'health', 'version', 'registries', 'publish', 'validate']);
const API_DESCRIPTIONS = new Set(['openapi.yaml', 'openapi.json', 'api/openapi.json']);
const EXTENSION = 'dev.toolhive';
const EXTENSION_KINDS = new Set(['skills', 'plugins']);
/** What may follow a server's name, and so is not the second half of a name that came with a raw slash. */
const AFTER_NAME = new Set(['versions', 'status', 'latest']);

const SLASH = 47;

/**
 * The one spelling that the controllers declare for a request's path, which is still percent-encoded and has no
 * query. Clients spell the same route with `/v0`, without a version part or with two, with slashes at the end, and
 * names with `%2F`, `%252F` or, behind proxies that decode, a raw slash. A path that is none of ours, has malformed
 * escapes or dot segments comes back as it is. Idempotent.
 */
export function canonicalPath(path: string): string {
  if (!OURS.has(firstSegment(path))) return path;
  const segments = decodedSegments(path);
  return (segments && mountedRoute(segments)) ?? path;
}

function firstSegment(path: string): string {
  let start = 0;
  while (path.charCodeAt(start) === SLASH) start += 1;
  const end = path.indexOf('/', start);
  return end === -1 ? path.slice(start) : path.slice(start, end);
}

/** The segments that are not empty; undefined where one is malformed or would move a reader to another folder. */
function decodedSegments(path: string): string[] | undefined {
  const segments: string[] = [];
  for (const raw of path.split('/')) {
    if (raw === '') continue;
    const segment = decoded(raw);
    if (segment === undefined || isDotSegment(segment)) return undefined;
    segments.push(segment);
  }
  return segments;
}

// Below, each function takes the segments it is about and returns their spelling, undefined when it is no route.

function mountedRoute(segments: readonly string[]): string | undefined {
  if (segments[0] !== 'registry') return route(segments);
  const registry = segments[1];
  if (registry === undefined) return '/registry';
  return below(`/registry/${encodeURIComponent(registry)}`, route(segments.slice(2)));
}

function route(segments: readonly string[]): string | undefined {
  const start = segments.findIndex((segment) => !VERSION_PARTS.has(segment));
  if (start === -1) return undefined;
  const rest = segments.slice(start);
  const description = rest.join('/');
  if (API_DESCRIPTIONS.has(description)) return `/${description}`;
  if (start > 0 || rest[0] === 'servers') return below('/v0.1', versionedRoute(rest));
  if (rest[0] === 'api' && rest[1] === 'v0') return below('/api/v0', olderRoute(rest.slice(2)));
  return undefined;
}

function versionedRoute([first = '', ...rest]: readonly string[]): string | undefined {
  if (first === 'servers') return serverRoute(rest);
  if (first === 'x') return extensionRoute(rest);
  if (first === 'auth') return spelled([first, ...rest]);
  return PLAIN_ROUTES.has(first) && rest.length === 0 ? `/${first}` : undefined;
}

function olderRoute([first = '', ...rest]: readonly string[]): string | undefined {
  if (first === 'servers') return serverRoute(rest);
  if (first === 'info') return rest.length === 0 ? '/info' : undefined;
  if (first !== 'deployed') return undefined;
  const { name, after } = splitName(rest);
  return after.length === 0 ? spelled([first, ...name]) : undefined;
}

function serverRoute(segments: readonly string[]): string | undefined {
  const { name, after } = splitName(segments);
  const [word, version, ...more] = after;
  if (word === 'latest' && version === undefined) return spelled(['servers', ...name, 'versions', 'latest']);
  const isRoute =
    word === undefined ||
    (word === 'status' && version === undefined) ||
    (word === 'versions' && (more.length === 0 || (more.length === 1 && more[0] === 'status')));
  return isRoute ? spelled(['servers', ...name, ...after]) : undefined;
}

/** Splits off a server's name, which fills one segment or, when a proxy decoded it, two. At most one name. */
function splitName(segments: readonly string[]): { name: readonly string[]; after: readonly string[] } {
  const [first, second, third] = segments;
  if (first === undefined) return { name: [], after: [] };
  const name = decodedName(first);
  const isWhole =
    name.includes('/') || second === undefined || (AFTER_NAME.has(second) && third !== 'versions');
  return isWhole
    ? { name: [name], after: segments.slice(1) }
    : { name: [`${name}/${second}`], after: segments.slice(2) };
}

function extensionRoute([extension, kind = '', ...rest]: readonly string[]): string | undefined {
  if (extension !== EXTENSION || !EXTENSION_KINDS.has(kind)) return undefined;
  const base = ['x', EXTENSION, kind];
  const [first, ...others] = rest;
  if (first === undefined) return spelled(base);
  const [namespace = '', name = '', word, version, ...more] = [...splitOnce(decodedName(first)), ...others];
  // A namespace that would be split again, or moves a reader to another folder, is nobody's.
  const isEntry = isPart(namespace) && isPart(name) && decodedName(namespace) === namespace;
  if (!isEntry || more.length > 0 || (word !== undefined && word !== 'versions')) return undefined;
  const after = [word, version].filter((segment) => segment !== undefined);
  return spelled([...base, namespace, name, ...after]);
}

/** A name encoded twice is decoded twice. Only the slash that every name has tells that it was. */
function decodedName(segment: string): string {
  if (segment.includes('/')) return segment;
  const again = decoded(segment);
  return again?.includes('/') ? again : segment;
}

/** The parts before and after the first slash. */
function splitOnce(text: string): string[] {
  const slash = text.indexOf('/');
  return slash === -1 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
}

function decoded(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isPart(segment: string): boolean {
  return segment !== '' && !isDotSegment(segment);
}

function isDotSegment(segment: string): boolean {
  return segment === '.' || segment === '..';
}

function spelled(segments: readonly string[]): string {
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

function below(mount: string, tail: string | undefined): string | undefined {
  return tail === undefined ? undefined : mount + tail;
}
