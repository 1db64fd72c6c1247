import type { IncomingMessage } from 'node:http';
import { RequestNote } from '../common/request-note.js';
import { type HeldClaims, NO_CLAIMS, OPEN_VISIBILITY, type VisibilitySet } from '../model/claims.js';

/** What callers may do besides reading, in the order in which lists show them. */
export const ROLES = ['superAdmin', 'manageSources', 'manageRegistries', 'manageEntries'] as const;

export type Role = (typeof ROLES)[number];

/** Who calls. */
export interface Principal {
  /** What of the catalogue this caller may see. Ask at each request: it follows the catalogue. */
  readonly visibility: VisibilitySet;
  /** `sub` of the token; absent for callers without one. */
  readonly subject?: string;
  /** Name for people, as the provider has it. */
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly claims: HeldClaims;
  /** How far replies to this caller may be shared; absent: they are the same for everybody. */
  readonly replies?: 'by-caller' | 'private';
}

/** Everybody, where no authorization is configured. */
export const ANYBODY: Principal = { visibility: OPEN_VISIBILITY, roles: [], claims: NO_CLAIMS };

const principals = new RequestNote<Principal>();

/** Who makes a request whose access was decided. */
export function principalOf(request: IncomingMessage): Principal {
  return principals.get(request) ?? ANYBODY;
}

/** Keeps who makes a request, for those who answer it. */
export function setPrincipal(request: IncomingMessage, principal: Principal): void {
  if (principal !== ANYBODY) principals.set(request, principal);
}
