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

/** One page of a list. Cursors are opaque: whatever they hold arrives as it was given. */
export function pageAddress(root: URL, list: ApiList, limit: number, cursor?: string): URL {
  const address = new URL(root);
  address.pathname += `/${API_LISTS[list]}`;
  const query = [`limit=${limit}`, ...(cursor === undefined ? [] : [`cursor=${encodeURIComponent(cursor)}`])];
  // Appended by hand: the address's own query stays as it was written, and a blank is %20, never a plus sign.
  address.search = [address.search.slice(1), ...query].filter((part) => part !== '').join('&');
  return address;
}

/** An address for messages: without the query that the endpoint itself has, as that may hold an access key. */
export function shownAddress(address: URL): string {
  const query = /(?:^|[?&])(limit=\d+(?:&cursor=[^&]*)?)$/.exec(address.search)?.[1];
  return `${address.origin}${address.pathname}${query === undefined ? '' : `?${query}`}`;
}
