import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeRequestId } from './request-id.js';

/** Who may call from a browser: `["*"]`, or the origins that are echoed when they ask. */
export interface CorsPolicy {
  readonly origins: readonly string[];
}

/** What every response carries, whatever becomes of the request. */
export interface CommonHeaders {
  /**
   * Sets them, and answers `OPTIONS` (204) before anything else sees it: a browser sends no credentials with it.
   * True when it has answered.
   */
  (request: IncomingMessage, response: ServerResponse): boolean;
  /** The same headers as the flat list of names and values that `writeHead` takes, without `Vary`. */
  list(request: IncomingMessage): string[];
  /** True for a request whose list is that of all such requests but for the id: `identify` gives it another. */
  isUsual(request: IncomingMessage): boolean;
  /** Puts the id of a request into a list that begins with one of `list`. */
  identify(list: string[], request: IncomingMessage): void;
  /** The request header by which they differ. */
  readonly variesBy: 'Origin' | undefined;
}

const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
/** A header name (RFC 9110, 5.6.2), of a length that real ones have. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const MAX_HEADER_NAMES = 32;
const WRITE_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const REQUEST_ID = 'X-Request-Id';

/** The common headers under a policy. */
export function commonHeaders(cors: CorsPolicy): CommonHeaders {
  const isOpen = cors.origins.includes('*');
  const origins: ReadonlySet<string> = new Set(cors.origins);
  const variesBy = isOpen ? undefined : 'Origin';

  function isUsual({ method, headers }: IncomingMessage): boolean {
    return (
      isOpen &&
      (method === 'GET' || method === 'HEAD') &&
      headers['access-control-request-method'] === undefined &&
      headers['access-control-request-headers'] === undefined
    );
  }

  function identify(headers: string[], request: IncomingMessage): void {
    headers[1] = saneRequestId(request) ?? makeRequestId();
  }

  function list(request: IncomingMessage): string[] {
    const { origin } = request.headers;
    const allowed = isOpen ? '*' : origin;
    const headers = [
      // The first one: `identify` counts on it.
      REQUEST_ID,
      saneRequestId(request) ?? makeRequestId(),
      'X-Content-Type-Options',
      'nosniff',
      'Cross-Origin-Resource-Policy',
      'cross-origin',
      'Access-Control-Allow-Methods',
      allowedMethods(request),
      'Access-Control-Allow-Headers',
      allowedHeaders(request),
      'Access-Control-Expose-Headers',
      'ETag, Link, Content-Length',
      'Access-Control-Max-Age',
      '86400',
    ];
    if (allowed !== undefined && (isOpen || origins.has(allowed)))
      headers.push('Access-Control-Allow-Origin', allowed);
    return headers;
  }

  function handle(request: IncomingMessage, response: ServerResponse): boolean {
    const headers = list(request);
    for (let at = 0; at < headers.length; at += 2)
      response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
    if (variesBy !== undefined) response.setHeader('Vary', variesBy);
    if (request.method !== 'OPTIONS') return false;
    response.writeHead(204).end();
    return true;
  }

  return Object.assign(handle, { list, isUsual, identify, variesBy } as const);
}

/** The id under which this request appears in errors and logs; one is made when there is none yet. */
export function requestIdOf(response: ServerResponse): string {
  const known = response.getHeader(REQUEST_ID);
  if (typeof known === 'string') return known;
  const made = makeRequestId();
  if (!response.headersSent) response.setHeader(REQUEST_ID, made);
  return made;
}

/**
 * The id that the reply to a request will carry, for those who want it before there is a reply: one that is made here
 * counts as sent by the caller from now on.
 */
export function fixRequestId(request: IncomingMessage): string {
  const id = saneRequestId(request) ?? makeRequestId();
  request.headers['x-request-id'] = id;
  return id;
}

function saneRequestId(request: IncomingMessage): string | undefined {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : undefined;
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
