import { DomainError } from '../../common/domain-error.js';
import { upstreamName, upstreamProblem } from '../../common/upstream-problem.js';
import { type ApiList, pageAddress, shownAddress } from './api-address.js';
import type { ApiClient, ApiReply } from './api-client.js';
import { readPage, type RegistryPage } from './registry-page.js';

/** The most that the official registry gives at once. */
const PAGE_SIZE = 100;
/** Pages in a row without anything new, after which a registry is taken to go in circles. */
const MAX_STALE_PAGES = 10;
/** What a registry without an extension answers on its routes. */
const ABSENT_STATUSES = new Set([404, 405, 501]);

/** One page as it came, and what is in it. */
export interface ListPage extends RegistryPage {
  readonly origin: string;
  readonly text: string;
}

/**
 * Yields the pages of a list one by one, each when it is asked for. There is no limit to their number: a list ends with
 * its cursor, or with the round. A registry without the lists of `x/` has none of their entries.
 * @throws DomainError `invalid-source-data` for a page that is none, or a list that never ends; whatever
 * {@link ApiClient.get} throws
 */
export async function* readList(client: ApiClient, root: URL, list: ApiList): AsyncGenerator<ListPage> {
  const circle = new CircleGuard();
  let cursor: string | undefined;
  do {
    const address = pageAddress(root, list, PAGE_SIZE, cursor);
    const isOptional = list !== 'servers' && cursor === undefined;
    const page = await client.get(address, (reply) => {
      if (isOptional && isAbsence(reply)) return undefined;
      return readReply(address, list, reply);
    });
    if (page === undefined) return;
    circle.check(page);
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** A web site before the registry may answer whatever it does not know with its own page. */
function isAbsence({ status, contentType }: ApiReply): boolean {
  return ABSENT_STATUSES.has(status) || (status === 200 && contentType.startsWith('text/html'));
}

function readReply(address: URL, list: ApiList, { status, text }: ApiReply): ListPage {
  if (status !== 200) throw upstreamProblem(status, upstreamName(address));
  const origin = shownAddress(address);
  try {
    return { origin, text, ...readPage(text, list) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${origin}: ${error.message}`, { cause: error });
  }
}

/** Notices a list that leads back to where it was. */
class CircleGuard {
  private readonly cursors = new Set<string>();
  private readonly items = new Set<string>();
  private stalePages = 0;

  check({ origin, nextCursor, fingerprints }: ListPage): void {
    if (nextCursor === undefined) return;
    if (this.cursors.has(nextCursor)) throw endless(origin, 'its cursor has been there before');
    this.cursors.add(nextCursor);
    const before = this.items.size;
    for (const fingerprint of fingerprints) this.items.add(fingerprint);
    this.stalePages = this.items.size > before ? 0 : this.stalePages + 1;
    if (this.stalePages < MAX_STALE_PAGES) return;
    throw endless(origin, `${MAX_STALE_PAGES} pages in a row hold nothing new`);
  }
}

function endless(origin: string, reason: string): DomainError {
  return new DomainError('invalid-source-data', `The list does not end: ${reason} (${origin})`);
}
