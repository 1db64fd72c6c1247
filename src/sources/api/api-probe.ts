import { DomainError } from '../../common/domain-error.js';
import { upstreamName, upstreamProblem } from '../../common/upstream-problem.js';
import { type PageAddress, pageAddress, registryRoots } from './api-address.js';
import type { ApiClient, ApiReply } from './api-client.js';
import { isRefusal } from './page-limits.js';
import { readPage } from './registry-page.js';

/** Answers of a server that has nothing there. */
const MISSING_STATUSES = new Set([404, 405, 410, 501]);

/** What was asked, and what it is instead of a registry. */
interface Sight {
  readonly asked: string;
  readonly seen: string;
  readonly isMissing: boolean;
  /** It did not like the request itself. */
  readonly isRefusal: boolean;
}

/**
 * Finds the registry behind an endpoint by what it does, whoever made it: it answers `GET …/servers?limit=1` with a
 * list of servers. Where it wants other credentials it is not searched any further.
 * @throws DomainError `upstream-not-found` or `invalid-source-data` when there is none, saying what was asked and
 * seen; whatever {@link ApiClient.get} throws
 */
export async function findRegistry(client: ApiClient, endpoint: string): Promise<URL> {
  const sights: Sight[] = [];
  for (const root of registryRoots(endpoint)) {
    const sight = await lookAt(client, root, 1);
    if (sight === undefined) return root;
    // What refuses the limit may be a registry all the same.
    if (sight.isRefusal && (await lookAt(client, root)) === undefined) return root;
    sights.push(sight);
  }
  const reasons = sights.map(({ asked, seen }) => `GET ${asked} ${seen}`).join('; ');
  const code = sights.every(({ isMissing }) => isMissing) ? 'upstream-not-found' : 'invalid-source-data';
  throw new DomainError(code, `${upstreamName(endpoint)} is no registry that speaks v0.1: ${reasons}`);
}

function lookAt(client: ApiClient, root: URL, limit?: number): Promise<Sight | undefined> {
  const address = pageAddress(root, { list: 'servers', limit });
  return client.get(address.url, (reply) => look(address, reply));
}

/** Undefined for a registry. */
function look(
  { url, shown: asked }: PageAddress,
  { status, contentType, text }: ApiReply,
): Sight | undefined {
  const isMissing = MISSING_STATUSES.has(status);
  const isBroken = status >= 500 && !isMissing;
  if (status === 401 || status === 403 || isBroken) throw upstreamProblem(status, upstreamName(url));
  const answered = `answered ${status}${contentType === '' ? '' : ` (${contentType.slice(0, 100)})`}`;
  if (status !== 200) return { asked, seen: answered, isMissing, isRefusal: isRefusal(status) };
  try {
    readPage(text, 'servers');
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { asked, seen: `${answered}. ${error.message}`, isMissing: false, isRefusal: false };
  }
}
