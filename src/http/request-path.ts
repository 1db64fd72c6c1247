import type { IncomingMessage } from 'node:http';
import { RequestNote } from '../common/request-note.js';
import { withoutViewTokens } from '../model/view-token.js';

/** Gives another path for the same resource, or the same path. Sees no query. */
export type PathRewriter = (path: string) => string;

/** Scheme and authority of a target in absolute form (RFC 9112, 3.2.2). */
const AUTHORITY = /^https?:\/\/[^/?#]*/i;

/** Only of requests whose path was changed, so that all others cost nothing. */
const originalPaths = new RequestNote<string>();

/** The path of the request as it is routed: after rewriting, without query, percent-escapes kept. */
export function pathOf(request: IncomingMessage): string {
  return splitUrl(request.url ?? '/')[0];
}

/** The path as the client sent it, but for secrets: for logs and for problems, never for decisions. */
export function originalPathOf(request: IncomingMessage): string {
  return withoutViewTokens(originalPaths.get(request) ?? pathOf(request));
}

/**
 * Leaves path and query alone in `request.url`, before anybody looks at it. Express routes by the path of an absolute
 * address too, and ignores a fragment: whoever looked at the address as it was sent would take it for another one.
 */
export function usePlainTarget(request: IncomingMessage): void {
  const { url = '/' } = request;
  // What every reader splits alike; Node has refused what is not ASCII. Faster than a pattern, for every request.
  if (url.startsWith('/') && !url.includes('#')) return;
  const [target = ''] = url.replace(AUTHORITY, '').split('#', 1);
  request.url = AUTHORITY.test(url) && !target.startsWith('/') ? `/${target}` : target;
}

/** Routes a request as if it had asked for `url`, while everything that shows its path shows `shownPath`. */
export function routeInstead(request: IncomingMessage, url: string, shownPath: string): void {
  originalPaths.set(request, shownPath);
  request.url = url;
}

/** Changes the path part of `request.url`. Request targets that are no path (`*`, absolute URLs) stay. */
export function rewritePath(request: IncomingMessage, rewriters: readonly PathRewriter[]): void {
  const url = request.url ?? '/';
  if (!url.startsWith('/')) return;
  const [path, query] = splitUrl(url);
  const rewritten = rewriters.reduce((current, rewrite) => rewrite(current), path);
  if (rewritten === path) return;
  originalPaths.set(request, originalPathOf(request));
  request.url = rewritten + query;
}

function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}
