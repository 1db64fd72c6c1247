import { DomainError } from '../../common/domain-error.js';

/** Lists of the registry API, and those that this family of servers adds below its own name. */
export const API_LISTS = {
  servers: 'servers',
  skills: 'x/dev.toolhive/skills',
  plugins: 'x/dev.toolhive/plugins',
} as const;
export type ApiList = keyof typeof API_LISTS;

const VERSION_PARTS = ['v0.1', 'v0'] as const;

/**
 * Where the routes of the registry behind `endpoint` may lie, the likeliest place first: an endpoint names its base,
 * with or without the version of the API. A query in it (an access key, say) goes into every request.
 * @throws DomainError `invalid-configuration` when it holds a password, which addresses in messages would show
 */
export function registryRoots(endpoint: string): readonly URL[] {
  const url = new URL(endpoint);
  if (url.username !== '' || url.password !== '') {
    throw new DomainError(
      'invalid-configuration',
      'api.endpoint holds credentials: they belong into api.auth',
    );
  }
  url.hash = '';
  const path = url.pathname.replace(/\/+$/, '');
  const given = VERSION_PARTS.find((part) => path.endsWith(`/${part}`));
  const base = given === undefined ? path : path.slice(0, -given.length - 1);
  const parts = given === 'v0' ? [...VERSION_PARTS].reverse() : VERSION_PARTS;
  return parts.map((part) => {
    const root = new URL(url);
    root.pathname = `${base}/${part}`;
    return root;
  });
}

/** What a page of a list is asked for with. */
export interface PageQuery {
  readonly list: ApiList;
  /** Absent: as many items as the registry likes. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Only what changed. */
  readonly changes?: ChangesQuery | undefined;
}

/** Asks for what changed (`updated_since` of the registry API). */
export interface ChangesQuery {
  /** RFC 3339, in UTC; what changed later is wanted. */
  readonly since: string;
  /** Asks for what was deleted in so many words, which registries that imply it need not understand. */
  readonly includeDeleted: boolean;
}

/** Where a page lies. */
export interface PageAddress {
  readonly url: URL;
  /** For messages: without the query that the endpoint itself has, as that may hold an access key. */
  readonly shown: string;
}

/** One page of a list. Cursors are opaque: whatever they hold arrives as it was given. */
export function pageAddress(root: URL, { list, limit, cursor, changes }: PageQuery): PageAddress {
  const url = new URL(root);
  url.pathname += `/${API_LISTS[list]}`;
  const query = [
    ...(limit === undefined ? [] : [`limit=${limit}`]),
    ...(changes === undefined ? [] : [`updated_since=${encodeURIComponent(changes.since)}`]),
    ...(changes?.includeDeleted === true ? ['include_deleted=true'] : []),
    ...(cursor === undefined ? [] : [`cursor=${encodeURIComponent(cursor)}`]),
  ].join('&');
  // Appended by hand: the address's own query stays as it was written, and a blank is %20, never a plus sign.
  url.search = [url.search.slice(1), query].filter((part) => part !== '').join('&');
  return { url, shown: `${url.origin}${url.pathname}${query === '' ? '' : `?${query}`}` };
}
