import type { IncomingMessage } from 'node:http';
import { RequestNote } from '../common/request-note.js';
import type { Principal } from './principal.js';

/** Why an address of a client view opened nothing. The caller never hears which it was. */
export type ViewRefusal = 'unknown' | 'expired' | 'address' | 'method';

/** What became of the address of a client view. */
export type ViewAccess =
  | { readonly view: string; readonly principal: Principal }
  | { readonly view?: string; readonly refusal: ViewRefusal };

const accesses = new RequestNote<ViewAccess>();

/** Through which view a request came, or why it did not get through; undefined for all other requests. */
export function viewAccessOf(request: IncomingMessage): ViewAccess | undefined {
  return accesses.get(request);
}

/** Keeps what became of the address of a view, for those who decide about access and for those who keep record. */
export function setViewAccess(request: IncomingMessage, access: ViewAccess): void {
  accesses.set(request, access);
}
