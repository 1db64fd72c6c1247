import type { IncomingMessage } from 'node:http';
import { DomainError } from '../common/domain-error.js';

/** Longer ones are nobody's token, in characters: what identity providers issue stays well below. */
const MAX_TOKEN_LENGTH = 16_384;
/** RFC 6750, 2.1; the name of a scheme has no case (RFC 9110, 11.1). */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** The token of a request; undefined when it carries none, or something else in its place. */
export function bearerToken(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined || authorization.length > MAX_TOKEN_LENGTH + 16) return undefined;
  return BEARER.exec(authorization)?.[1];
}

/** Says why a request has no token that could be looked at. */
export function missingToken(request: IncomingMessage): DomainError {
  const { authorization } = request.headers;
  if (authorization === undefined) return unauthenticated('authorization header required');
  if (authorization.length > MAX_TOKEN_LENGTH) return invalidToken('token is too long');
  if (/^Bearer *$/i.test(authorization)) return unauthenticated('empty token in authorization header');
  if (/^Bearer /i.test(authorization)) return invalidToken('token contains characters that no token has');
  return unauthenticated("invalid authorization header format, expected 'Bearer <token>'");
}

/** A token that is refused; `cause` is shown to the caller. */
export function invalidToken(cause: string): DomainError {
  return new DomainError('invalid-token', `Invalid token: ${cause}`);
}

function unauthenticated(message: string): DomainError {
  return new DomainError('unauthenticated', message);
}
