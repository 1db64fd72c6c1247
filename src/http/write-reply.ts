import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { replyScope } from '../common/private-reply.js';
import { chooseCoding } from './accept-encoding.js';
import { matchesEntityTag } from './entity-tag.js';
import type { ReplyBytes, Representation } from './reply-bytes.js';

/**
 * Sends `reply` in the coding the client prefers, or 304 when the client has these bytes already. Headers that
 * were set on `response` before go out with it. Does nothing when an answer has begun or the client has gone.
 */
export function writeReply(request: IncomingMessage, response: ServerResponse, reply: ReplyBytes): void {
  const accepted = request.headers['accept-encoding'];
  const made = reply.represent(
    reply.isCompressible && typeof accepted === 'string' ? chooseCoding(accepted) : 'identity',
  );
  if (made instanceof Promise) {
    void made.then((representation) => send(request, response, reply, representation));
    return;
  }
  send(request, response, reply, made);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: ReplyBytes,
  { coding, body, etag }: Representation,
): void {
  if (response.headersSent || response.destroyed) return;
  const headers: OutgoingHttpHeaders = { 'Cache-Control': reply.cacheControl };
  if (etag !== undefined) headers['ETag'] = etag;
  if (reply.isCompressible) headers['Vary'] = withVary(response.getHeader('Vary'), 'Accept-Encoding');
  const scope = replyScope(request);
  if (scope !== undefined) {
    headers['Vary'] = withVary(headers['Vary'] ?? response.getHeader('Vary'), 'Authorization');
    if (scope === 'private' && reply.cache === 'revalidate') headers['Cache-Control'] = 'private, no-cache';
  }

  if (etag !== undefined && isUnchanged(request, reply, etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  headers['Content-Type'] = reply.contentType;
  headers['Content-Length'] = body.length;
  if (coding !== 'identity') headers['Content-Encoding'] = coding;
  response.writeHead(reply.status, reply.headers ? { ...reply.headers, ...headers } : headers);
  if (request.method === 'HEAD') response.end();
  else response.end(body);
}

function isUnchanged(request: IncomingMessage, reply: ReplyBytes, etag: string): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined || reply.status !== 200) return false;
  return (request.method === 'GET' || request.method === 'HEAD') && matchesEntityTag(known, etag);
}

function withVary(present: number | string | readonly string[] | undefined, name: string): string {
  return present === undefined ? name : `${String(present)}, ${name}`;
}
