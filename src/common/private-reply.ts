import type { IncomingMessage } from 'node:http';
import { RequestNote } from './request-note.js';

/** Whose reply depends on what: set by those who decide about access, read by those who write replies. */
const cacheScopes = new RequestNote<'by-caller' | 'private'>();

/**
 * Says that the reply to a request depends on the token it carries (`Vary: Authorization`); `private` also keeps it out
 * of caches that several callers share.
 */
export function restrictReply(request: IncomingMessage, scope: 'by-caller' | 'private'): void {
  cacheScopes.set(request, scope);
}

/** How far the reply to a request may be shared; undefined: among everybody. */
export function replyScope(request: IncomingMessage): 'by-caller' | 'private' | undefined {
  return cacheScopes.get(request);
}
