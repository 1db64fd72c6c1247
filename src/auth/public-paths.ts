import type { IncomingMessage } from 'node:http';

/**
 * Tests whether a request is for one of these paths or something below one of them. Paths are compared as they are
 * routed, so an escape that would hide a segment never matches. `/v1` and what is below it is never public.
 */
export function publicPathTest(paths: readonly string[]): (request: IncomingMessage) => boolean {
  const prefixes = paths
    .map((path) => path.replace(/\/+$/, ''))
    .map((path) => path.replace(/^\/v0(?=\/|$)/, '/v0.1'));
  if (prefixes.length === 0) return () => false;
  return function isPublic(request) {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path === '/v1' || path.startsWith('/v1/')) return false;
    return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  };
}
