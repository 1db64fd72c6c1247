import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliCompress, createGzip } from 'node:zlib';
import { replyScope } from '../common/private-reply.js';
import { chooseCoding } from './accept-encoding.js';
import type { CommonHeaders } from './common-headers.js';
import { matchesEntityTag } from './entity-tag.js';
import { BROTLI, GZIP, type ReplyBytes, type Representation } from './reply-bytes.js';
import { replyHeaders } from './reply-headers.js';

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
  const isKnown = made.etag !== undefined && isUnchanged(request, reply, made.etag);
  const variesBy = common === undefined ? textOf(response.getHeader('Vary')) : common.variesBy;
  const { whole, unchanged } = replyHeaders(reply, made, variesBy, replyScope(request));
  const headers = isKnown ? unchanged : whole;
  response.writeHead(
    isKnown ? 304 : reply.status,
    common === undefined ? headers.copy() : headers.after(common, request),
  );
  if (isKnown || request.method === 'HEAD') response.end();
  else if (made.body === undefined) stream(response, reply, made);
  // One that is short goes out in one string with the headers, which takes Node half the work of two pieces.
  else if (made.text === undefined) response.end(made.body);
  else response.end(made.text, 'latin1');
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

function isUnchanged(request: IncomingMessage, reply: ReplyBytes, etag: string): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined || reply.status !== 200) return false;
  return (request.method === 'GET' || request.method === 'HEAD') && matchesEntityTag(known, etag);
}

function textOf(header: number | string | readonly string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}
