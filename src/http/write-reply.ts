import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliCompress, createGzip } from 'node:zlib';
import { replyScope } from '../common/private-reply.js';
import { chooseCoding } from './accept-encoding.js';
import type { CommonHeaders } from './common-headers.js';
import { matchesEntityTag } from './entity-tag.js';
import { BROTLI, GZIP, type ReplyBytes, type Representation } from './reply-bytes.js';

/** Flat lists of names and values, made once for each representation: every further reply only copies them. */
interface HeaderLists {
  readonly variesBy: string | undefined;
  readonly scope: ReplyScope;
  readonly whole: readonly string[];
  /** What a 304 has of them. */
  readonly unchanged: readonly string[];
}

type ReplyScope = ReturnType<typeof replyScope>;

const lists = new WeakMap<Representation, HeaderLists>();

/**
 * Sends `reply` in the coding the client prefers, or 304 when the client has these bytes already. Headers that were
 * set on `response` before go out with it; where none were set, `common` says what every response carries. Does
 * nothing when an answer has begun or the client has gone.
 */
export function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: ReplyBytes,
  common?: CommonHeaders,
): void {
  const accepted = request.headers['accept-encoding'];
  const made = reply.represent(
    reply.isCompressible && typeof accepted === 'string' ? chooseCoding(accepted) : 'identity',
  );
  if (made instanceof Promise) {
    void made.then((representation) => send(request, response, reply, representation, common));
    return;
  }
  send(request, response, reply, made, common);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: ReplyBytes,
  made: Representation,
  common: CommonHeaders | undefined,
): void {
  if (response.headersSent || response.destroyed) return;
  const variesBy = common === undefined ? textOf(response.getHeader('Vary')) : common.variesBy;
  const { whole, unchanged } = headerLists(reply, made, variesBy, replyScope(request));
  const isKnown = made.etag !== undefined && isUnchanged(request, reply, made.etag);
  const own = isKnown ? unchanged : whole;
  response.writeHead(
    isKnown ? 304 : reply.status,
    common === undefined ? [...own] : common.list(request).concat(own),
  );
  if (isKnown || request.method === 'HEAD') response.end();
  else if (made.body === undefined) stream(response, reply, made);
  else response.end(made.body);
}

/** Large bodies go out piece by piece, as fast as the client takes them: none is ever built whole. */
function stream(response: ServerResponse, reply: ReplyBytes, { coding }: Representation): void {
  const pieces = Readable.from(reply.pieces);
  // A client that goes away in between is nobody's failure.
  const ignore = () => undefined;
  if (coding === 'identity') void pipeline(pieces, response).catch(ignore);
  else
    void pipeline(
      pieces,
      coding === 'gzip' ? createGzip(GZIP) : createBrotliCompress(BROTLI),
      response,
    ).catch(ignore);
}

function headerLists(
  reply: ReplyBytes,
  made: Representation,
  variesBy: string | undefined,
  scope: ReplyScope,
): HeaderLists {
  const known = lists.get(made);
  if (known !== undefined && known.variesBy === variesBy && known.scope === scope) return known;
  const { coding, length, etag } = made;
  const vary = [variesBy, reply.isCompressible && 'Accept-Encoding', scope !== undefined && 'Authorization'];
  const names = vary.filter((name) => typeof name === 'string').join(', ');
  const isPrivate = scope === 'private' && reply.cache === 'revalidate';
  const unchanged = ['Cache-Control', isPrivate ? 'private, no-cache' : reply.cacheControl];
  if (etag !== undefined) unchanged.push('ETag', etag);
  if (names !== '') unchanged.push('Vary', names);
  const whole = Object.entries(reply.headers ?? {}).flat();
  whole.push(...unchanged, 'Content-Type', reply.contentType);
  if (length !== undefined) whole.push('Content-Length', String(length));
  if (coding !== 'identity') whole.push('Content-Encoding', coding);
  const headers = { variesBy, scope, whole, unchanged };
  lists.set(made, headers);
  return headers;
}

function isUnchanged(request: IncomingMessage, reply: ReplyBytes, etag: string): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined || reply.status !== 200) return false;
  return (request.method === 'GET' || request.method === 'HEAD') && matchesEntityTag(known, etag);
}

function textOf(header: number | string | readonly string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}
