import { STATUS_CODES } from 'node:http';
import type { DomainError, DomainErrorCode, Problem } from '../common/domain-error.js';
import { cutText } from '../model/bounded-text.js';
import { ReplyBytes } from './reply-bytes.js';

/** Callers' input is shown no longer than this many characters. */
const MAX_ECHO = 200;
/** Our own sentences may quote several names of callers. */
const MAX_SENTENCE = 1000;

/** What a failure of one code looks like to an HTTP client. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly type: string;
  /** Seconds after which asking again is worthwhile. */
  readonly retryAfter?: number;
  /** Shown instead of the error's own message, which is for operators. */
  readonly sentence?: string;
  /** Answered as RFC 6750 says, with this code: what clients of protected registries look for. */
  readonly oauthError?: 'invalid_request' | 'invalid_token';
}

/** The body of every error: RFC 9457, and `error` (the text of `detail`) for clients of the older shape. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly errors?: readonly Problem[];
  readonly error: string;
}

/** The request that failed. */
export interface ProblemContext {
  readonly requestId: string;
  /** Path as the client sent it. */
  readonly path?: string;
}

/** The one table from the code of a failure to HTTP. */
export const PROBLEM_KINDS: Readonly<Record<DomainErrorCode, ProblemKind>> = {
  'invalid-request': kind('invalid-request', 400, 'Invalid request'),
  'invalid-cursor': kind('invalid-cursor', 400, 'Invalid cursor'),
  'invalid-configuration': kind('invalid-configuration', 400, 'Invalid configuration'),
  'invalid-document': kind('invalid-document', 422, 'Invalid document'),
  'invalid-source-data': kind('invalid-source-data', 422, 'Invalid data of a source'),
  unauthenticated: kind('unauthenticated', 401, 'Token required', { oauthError: 'invalid_request' }),
  'invalid-token': kind('invalid-token', 401, 'Invalid token', { oauthError: 'invalid_token' }),
  forbidden: kind('forbidden', 403, 'Forbidden'),
  'identity-provider-unavailable': kind(
    'identity-provider-unavailable',
    503,
    'Identity provider unavailable',
    { retryAfter: 5 },
  ),
  'not-found': kind('not-found', 404, 'Not found'),
  'not-supported': kind('not-supported', 501, 'Not supported'),
  conflict: kind('conflict', 409, 'Conflict'),
  'limit-exceeded': kind('limit-exceeded', 413, 'Limit exceeded'),
  'source-unavailable': kind('source-unavailable', 503, 'Source unavailable', { retryAfter: 30 }),
  'upstream-unresolved': kind('upstream-unresolved', 502, 'Upstream name not resolved'),
  'upstream-refused': kind('upstream-refused', 502, 'Upstream refused the connection'),
  'upstream-untrusted': kind('upstream-untrusted', 502, 'Upstream certificate not trusted'),
  'upstream-unauthorized': kind('upstream-unauthorized', 502, 'Upstream wants other credentials'),
  'upstream-forbidden': kind('upstream-forbidden', 502, 'Upstream denies access'),
  'upstream-not-found': kind('upstream-not-found', 502, 'Upstream has no such address'),
  'upstream-failed': kind('upstream-failed', 502, 'Upstream failed'),
  'upstream-truncated': kind('upstream-truncated', 502, 'Upstream sent only a part'),
  'time-limit-exceeded': kind('time-limit-exceeded', 502, 'Upstream took too long'),
  'ref-not-found': kind('ref-not-found', 502, 'No such branch, tag or commit'),
  'path-not-found': kind('path-not-found', 502, 'No such file in the source'),
  'address-forbidden': kind('address-forbidden', 422, 'Address not allowed'),
  'registry-unavailable': kind('registry-unavailable', 503, 'Registry unavailable', { retryAfter: 5 }),
  'store-unavailable': kind('store-unavailable', 503, 'Store unavailable', { retryAfter: 5 }),
  'store-locked': kind('store-locked', 503, 'Store in use', {
    retryAfter: 30,
    sentence: 'The store is in use by another process',
  }),
  aborted: kind('aborted', 503, 'Request given up', {
    retryAfter: 5,
    sentence: 'The request was given up before it was done',
  }),
};

/** The reply to a failure with a code. */
export function domainProblem(error: DomainError, context: ProblemContext): ReplyBytes {
  const { status, title, type, retryAfter, sentence, oauthError } = PROBLEM_KINDS[error.code];
  if (oauthError !== undefined) {
    const body = { error: oauthError, error_description: cutText(error.message, MAX_SENTENCE) };
    return ReplyBytes.json(body, { status, cache: 'none' });
  }
  const detail =
    sentence === undefined
      ? cutText(error.message, MAX_SENTENCE)
      : `${sentence}; request ${context.requestId}`;
  return problemReply(
    { type, title, status, detail },
    context,
    error.problems,
    retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  );
}

/** The reply to a failure that only HTTP knows (a wrong method, a broken body…). `detail` may quote the caller. */
export function statusProblem(
  status: number,
  detail: string,
  context: ProblemContext,
  headers: Readonly<Record<string, string>> = {},
): ReplyBytes {
  const title = STATUS_CODES[status] ?? 'Error';
  return problemReply({ type: 'about:blank', title, status, detail: echoed(detail) }, context, [], headers);
}

/** The reply to a fault of ours: it says nothing but the id under which the log has the rest. */
export function faultProblem(status: number, context: ProblemContext): ReplyBytes {
  const title = STATUS_CODES[status] ?? 'Error';
  const detail = `Internal error; request ${context.requestId}`;
  return problemReply({ type: 'about:blank', title, status, detail }, { requestId: context.requestId });
}

/** `text` of a caller, as long as it may be shown. */
function echoed(text: string): string {
  return text.length <= MAX_ECHO ? text : `${cutText(text, MAX_ECHO - 1)}…`;
}

function problemReply(
  { type, title, status, detail }: Omit<ProblemDetails, 'instance' | 'errors' | 'error'>,
  { path }: ProblemContext,
  problems: readonly Problem[] = [],
  headers: Readonly<Record<string, string>> = {},
): ReplyBytes {
  const body: ProblemDetails = {
    type,
    title,
    status,
    detail,
    // Half an address would name something else.
    ...(path !== undefined && path.length <= MAX_ECHO ? { instance: path } : {}),
    ...(problems.length > 0 ? { errors: problems.map(boundedProblem) } : {}),
    error: detail,
  };
  return ReplyBytes.json(body, { status, contentType: 'application/problem+json', cache: 'none', headers });
}

function boundedProblem({ message, location }: Problem): Problem {
  const text = cutText(message, MAX_SENTENCE);
  return location === undefined ? { message: text } : { message: text, location: echoed(location) };
}

function kind(
  code: DomainErrorCode,
  status: number,
  title: string,
  more: Pick<ProblemKind, 'retryAfter' | 'sentence' | 'oauthError'> = {},
): ProblemKind {
  return { status, title, type: `urn:problem-type:thv-registry:${code}`, ...more };
}
