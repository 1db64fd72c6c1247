import { parse } from 'node:querystring';
import { canonicalPath } from './canonical-path.js';
import { DetailQuery, ListQuery } from './list-query.js';
import { listRead, type ReadRequest, versionRead, versionsRead } from './read-request.js';

/** A hot route with all that its address says. */
export interface ReadRoute {
  /** Absent: the default registry. */
  readonly registry: string | undefined;
  readonly read: ReadRequest;
}

/** Addresses that every parser splits alike; others are left to Express. */
const PLAIN_ADDRESS = /^\/[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]*$/;

/**
 * Understands the address of a hot route with the parsers that the controllers have. Undefined for every other address and
 * for whatever is wrong with one: the controllers say what.
 */
export function readRouteOf(url: string): ReadRoute | undefined {
  if (!PLAIN_ADDRESS.test(url)) return undefined;
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  try {
    const [, ...segments] = canonicalPath(path).split('/').map(decodeURIComponent);
    const isBelow = segments[0] === 'registry';
    const read = readOf(
      isBelow ? segments.slice(2) : segments,
      parse(mark === -1 ? '' : url.slice(mark + 1)),
    );
    return read && { registry: isBelow ? segments[1] : undefined, read };
  } catch {
    return undefined;
  }
}

type Query = Readonly<Record<string, unknown>>;

function readOf([version, first, ...rest]: readonly string[], query: Query): ReadRequest | undefined {
  if (version === 'v0.1' && first === 'servers') return entryRead('server', rest, query);
  if (version === 'v0.1' && first === 'x' && rest[0] === 'dev.toolhive')
    return artifactRead(rest.slice(1), query);
  if (version === 'api' && first === 'v0' && rest[0] === 'servers') return olderRead(rest.slice(1), query);
  return undefined;
}

function entryRead(
  kind: ReadRequest['kind'],
  [name, word, version, ...more]: readonly string[],
  query: Query,
): ReadRequest | undefined {
  if (name === undefined) return listRead(kind, ListQuery.parse(query));
  const detail = DetailQuery.parse(query);
  if (word === undefined) return versionRead(kind, name, 'latest', detail);
  if (word !== 'versions' || more.length > 0) return undefined;
  return version === undefined ? versionsRead(kind, name, detail) : versionRead(kind, name, version, detail);
}

function artifactRead([kinds, ...rest]: readonly string[], query: Query): ReadRequest | undefined {
  if (kinds !== 'skills' && kinds !== 'plugins') return undefined;
  const kind = kinds === 'skills' ? 'skill' : 'plugin';
  const [namespace, name, ...after] = rest;
  if (namespace === undefined) return entryRead(kind, [], query);
  return name === undefined ? undefined : entryRead(kind, [`${namespace}/${name}`, ...after], query);
}

/** The first public API where it answers as the standard does; its own format is converted elsewhere. */
function olderRead([name, ...more]: readonly string[], query: Query): ReadRequest | undefined {
  if (query['format'] !== undefined || more.length > 0) return undefined;
  if (name === undefined) return entryRead('server', [], query);
  return versionRead('server', name, 'latest', { includeDeleted: false });
}
