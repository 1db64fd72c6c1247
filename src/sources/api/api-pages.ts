import { DomainError } from '../../common/domain-error.js';
import { upstreamName, upstreamProblem } from '../../common/upstream-problem.js';
import { type ApiList, type ChangesQuery, type PageAddress, pageAddress } from './api-address.js';
import type { ApiClient, ApiReply } from './api-client.js';
import { CircleGuard } from './list-circle.js';
import { isRefusal, type PageLimits } from './page-limits.js';
import { readPage, type RegistryPage } from './registry-page.js';

/** What a registry without an extension answers on its routes. */
const ABSENT_STATUSES = new Set([404, 405, 501]);

/** Which list of which registry is read, and how. */
export interface ListRequest {
  readonly root: URL;
  readonly list: ApiList;
  readonly limits: PageLimits;
  /** Only what changed. */
  readonly changes?: ChangesQuery;
}

/** One page as it came, and what is in it. */
export interface ListPage extends RegistryPage {
  readonly origin: string;
  readonly text: string;
}

/**
 * Yields the pages of a list one by one, each when it is asked for. There is no limit to their number: a list ends with
 * its cursor, or with the round. A registry that refuses the length of a page is asked for shorter ones. A registry
 * without the lists of `x/` has none of their pages.
 * @throws DomainError `invalid-source-data` for a page that is none, or a list that never ends; whatever
 * {@link ApiClient.get} throws
 */
export async function* readList(client: ApiClient, request: ListRequest): AsyncGenerator<ListPage> {
  const circle = new CircleGuard();
  let page = await firstPage(client, request);
  while (page !== undefined) {
    circle.check(page);
    yield page;
    const { nextCursor: cursor } = page;
    if (cursor === undefined) return;
    const { root, list, limits, changes } = request;
    const address = pageAddress(root, { list, limit: limits.current, cursor, changes });
    page = await client.get(address.url, (reply) => readReply(address, list, reply));
  }
}

/** Undefined when the registry has no such list. */
async function firstPage(client: ApiClient, request: ListRequest): Promise<ListPage | undefined> {
  const { root, list, limits, changes } = request;
  for (;;) {
    const address = pageAddress(root, { list, limit: limits.current, changes });
    const page = await client.get(address.url, (reply) => {
      if (list !== 'servers' && isAbsence(reply)) return 'absent';
      if (isRefusal(reply.status) && limits.shrink()) return 'refused';
      return readReply(address, list, reply);
    });
    if (page === 'absent') return undefined;
    if (page !== 'refused') return page;
  }
}

/** A web site before the registry may answer whatever it does not know with its own page. */
function isAbsence({ status, contentType }: ApiReply): boolean {
  return ABSENT_STATUSES.has(status) || (status === 200 && contentType.startsWith('text/html'));
}

/**
 * The page that an answer is.
 * @throws DomainError `upstream-…` for another status, `invalid-source-data`
 */
export function readReply({ url, shown }: PageAddress, list: ApiList, { status, text }: ApiReply): ListPage {
  if (status !== 200) throw upstreamProblem(status, upstreamName(url));
  try {
    return { origin: shown, text, ...readPage(text, list) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${shown}: ${error.message}`, { cause: error });
  }
}
