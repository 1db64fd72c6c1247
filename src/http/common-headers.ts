import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Who may call from a browser: `["*"]`, or the origins that are echoed when they ask. */
export interface CorsPolicy {
  readonly origins: readonly string[];
}

const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** A header name (RFC 9110, 5.6.2), of a length that real ones have. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const MAX_HEADER_NAMES = 32;
const WRITE_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const REQUEST_ID = 'X-Request-Id';

/**
 * Sets what every response carries, whatever becomes of the request, and answers `OPTIONS` (204) before anything
 * else sees it: a browser sends no credentials with it. The handler returns true when it has answered.
 */
export function commonHeaders(
  cors: CorsPolicy,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const isOpen = cors.origins.includes('*');
  const origins: ReadonlySet<string> = new Set(cors.origins);
  return function handle(request, response) {
    response.setHeader(REQUEST_ID, saneRequestId(request) ?? randomUUID());
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (isOpen) response.setHeader('Access-Control-Allow-Origin', '*');
    else allowListed(request, response, origins);
    response.setHeader('Access-Control-Allow-Methods', allowedMethods(request));
    response.setHeader('Access-Control-Allow-Headers', allowedHeaders(request));
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Link, Content-Length');
    response.setHeader('Access-Control-Max-Age', '86400');
    if (request.method !== 'OPTIONS') return false;
    response.writeHead(204).end();
    return true;
  };
}

/** The id under which this request appears in errors and logs; one is made when there is none yet. */
export function requestIdOf(response: ServerResponse): string {
  const known = response.getHeader(REQUEST_ID);
  if (typeof known === 'string') return known;
  const made = randomUUID();
  if (!response.headersSent) response.setHeader(REQUEST_ID, made);
  return made;
}

function saneRequestId(request: IncomingMessage): string | undefined {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : undefined;
}

function allowListed(request: IncomingMessage, response: ServerResponse, origins: ReadonlySet<string>): void {
  response.setHeader('Vary', 'Origin');
  const { origin } = request.headers;
  if (origin !== undefined && origins.has(origin)) response.setHeader('Access-Control-Allow-Origin', origin);
}

function allowedMethods(request: IncomingMessage): string {
  const wanted = request.headers['access-control-request-method'] ?? request.method ?? '';
  return WRITE_METHODS.has(wanted) ? `GET, OPTIONS, ${wanted}` : 'GET, OPTIONS';
}

function allowedHeaders(request: IncomingMessage): string {
  const wanted = request.headers['access-control-request-headers'];
  if (wanted === undefined) return 'Authorization, Content-Type';
  const names = wanted
    .split(',', MAX_HEADER_NAMES)
    .map((name) => name.trim())
    .filter((name) => HEADER_NAME.test(name));
  return names.length === 0 ? 'Authorization, Content-Type' : names.join(', ');
}
