import { DomainError, isDomainError } from '../../common/domain-error.js';
import { pageAddress } from './api-address.js';
import type { ApiClient } from './api-client.js';
import { isRefusal, type PageLimits } from './page-limits.js';
import { readReply } from './api-pages.js';

/** Nothing changed later than that. */
const NEVER = '9999-01-01T00:00:00Z';

/** How a registry wants to be asked for changes. */
export interface FeedHabits {
  readonly includeDeleted: boolean;
}

/**
 * Finds out whether a registry understands `updated_since`, by what it does: it has nothing that changed after the end
 * of all times. One that shows something ignores the parameter. Undefined for those, and for all that fail.
 * @throws DomainError `aborted`
 */
export async function probeFeed(
  client: ApiClient,
  root: URL,
  limits: PageLimits,
): Promise<FeedHabits | undefined> {
  for (const includeDeleted of [true, false]) {
    const changes = { since: NEVER, includeDeleted };
    const address = pageAddress(root, { list: 'servers', limit: limits.current, changes });
    const count = await client
      .get(address.url, (reply) => {
        return isRefusal(reply.status) ? 'refused' : readReply(address, 'servers', reply).items.length;
      })
      .catch(orUndefined);
    if (count !== 'refused') return count === 0 ? { includeDeleted } : undefined;
  }
  return undefined;
}

function orUndefined(error: unknown): undefined {
  if (!(error instanceof DomainError) || isDomainError(error, 'aborted')) throw error;
}
