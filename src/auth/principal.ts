import type { IncomingMessage } from 'node:http';
import { OPEN_VISIBILITY, type VisibilitySet } from '../model/claims.js';

/** Who calls. */
export interface Principal {
  /** What of the catalogue this caller may see. */
  readonly visibility: VisibilitySet;
}

/** Everybody, where no authorization is configured. */
export const ANYBODY: Principal = { visibility: OPEN_VISIBILITY };

const principals = new WeakMap<IncomingMessage, Principal>();

/** Who makes a request whose access was decided. */
export function principalOf(request: IncomingMessage): Principal {
  return principals.get(request) ?? ANYBODY;
}
