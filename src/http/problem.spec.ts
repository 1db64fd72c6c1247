import { describe, expect, it } from 'vitest';
import { DomainError, type DomainErrorCode } from '../common/domain-error.js';
import { domainProblem, faultProblem, PROBLEM_KINDS, statusProblem } from './problem.js';
import type { ReplyBytes } from './reply-bytes.js';

const STATUSES: Record<DomainErrorCode, number> = {
  'invalid-request': 400,
  'invalid-cursor': 400,
  'invalid-configuration': 400,
  'invalid-document': 422,
  'invalid-source-data': 422,
  unauthenticated: 401,
  'invalid-token': 401,
  forbidden: 403,
  'identity-provider-unavailable': 503,
  'not-found': 404,
  'not-supported': 501,
  conflict: 409,
  'limit-exceeded': 413,
  'source-unavailable': 503,
  'upstream-unresolved': 502,
  'upstream-refused': 502,
  'upstream-untrusted': 502,
  'upstream-unauthorized': 502,
  'upstream-forbidden': 502,
  'upstream-not-found': 502,
  'upstream-failed': 502,
  'upstream-truncated': 502,
  'time-limit-exceeded': 502,
  'ref-not-found': 502,
  'path-not-found': 502,
  'address-forbidden': 422,
  'registry-unavailable': 503,
  'store-unavailable': 503,
  'store-locked': 503,
  aborted: 503,
};
const CODES = Object.keys(PROBLEM_KINDS) as DomainErrorCode[];
const PROBLEM_CODES = CODES.filter((code) => PROBLEM_KINDS[code].oauthError === undefined);
const context = { requestId: 'r-1', path: '/v0.1/servers' };

function bodyOf(reply: ReplyBytes): Record<string, unknown> {
  return JSON.parse(reply.body.toString()) as Record<string, unknown>;
}

describe('domainProblem', () => {
  it.each(PROBLEM_CODES)('answers %s with its status and a whole body', (code) => {
    const reply = domainProblem(new DomainError(code, 'What happened'), context);
    const body = bodyOf(reply);

    expect(reply.status).toBe(STATUSES[code]);
    expect(reply).toMatchObject({ contentType: 'application/problem+json', cacheControl: 'no-store' });
    expect(body).toMatchObject({ status: STATUSES[code], instance: '/v0.1/servers' });
    expect(body['title']).toBeTruthy();
    expect(body['type']).toContain(code);
    expect(body['error']).toBe(body['detail']);
    expect(reply.headers?.['Retry-After'] !== undefined).toBe(STATUSES[code] === 503);
  });

  it('answers a missing or bad token as RFC 6750 has it', () => {
    const reply = domainProblem(new DomainError('invalid-token', 'Invalid token: token is expired'), context);

    expect(reply).toMatchObject({ status: 401, contentType: 'application/json', cacheControl: 'no-store' });
    expect(bodyOf(reply)).toEqual({
      error: 'invalid_token',
      error_description: 'Invalid token: token is expired',
    });
    const missing = domainProblem(new DomainError('unauthenticated', 'a token is needed'), context);
    expect(bodyOf(missing)['error']).toBe('invalid_request');
  });

  it('keeps the sentence of an unavailable registry and says when to come back', () => {
    const reply = domainProblem(new DomainError('registry-unavailable', 'No source yet'), context);

    expect(bodyOf(reply)['detail']).toBe('No source yet');
    expect(reply.headers).toEqual({ 'Retry-After': '5' });
  });

  it('hides what a locked store says of itself', () => {
    const body = bodyOf(domainProblem(new DomainError('store-locked', 'Process 17 holds /data'), context));
    expect(body['detail']).toBe('The store is in use by another process; request r-1');
  });

  it('lists every problem with its place', () => {
    const problems = [{ message: 'too long', location: 'body/name' }, { message: 'odd' }];
    const body = bodyOf(domainProblem(new DomainError('invalid-document', 'Invalid', { problems }), context));
    expect(body['errors']).toEqual(problems);
  });
});

describe('statusProblem', () => {
  it('cuts what a caller sent to 200 characters and leaves out a long instance', () => {
    const reply = statusProblem(404, 'x'.repeat(500), { requestId: 'r', path: `/${'y'.repeat(300)}` });
    const body = bodyOf(reply);

    expect(String(body['detail'])).toHaveLength(200);
    expect(body).not.toHaveProperty('instance');
  });
});

describe('faultProblem', () => {
  it('says nothing but the id', () => {
    expect(bodyOf(faultProblem(500, context))).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'Internal error; request r-1',
      error: 'Internal error; request r-1',
    });
  });
});
