import type { Principal } from '../auth/principal.js';
import type { VisibilitySet } from '../model/claims.js';

/** Whose entries are asked for: a registry (absent: the default one) as one visibility set sees it. */
export interface Reader {
  readonly registry: string | undefined;
  readonly visibility: VisibilitySet;
}

/** The one place that says as whom a caller reads, whichever way its request takes. */
export function readerOf(principal: Principal, registry: string | undefined): Reader {
  return { registry, visibility: principal.visibility };
}
