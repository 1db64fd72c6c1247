/**
 * Every failure that a caller can act on has one of these codes. Layers above compare codes, never texts;
 * `http/problem.ts` holds the one table from code to HTTP status.
 */
export type DomainErrorCode =
  | 'invalid-request'
  | 'invalid-cursor'
  | 'invalid-configuration'
  | 'invalid-document'
  | 'invalid-source-data'
  | 'unauthenticated'
  | 'invalid-token'
  | 'forbidden'
  | 'identity-provider-unavailable'
  | 'not-found'
  | 'not-supported'
  | 'conflict'
  | 'limit-exceeded'
  | 'source-unavailable'
  | 'upstream-unresolved'
  | 'upstream-refused'
  | 'upstream-untrusted'
  | 'upstream-unauthorized'
  | 'upstream-forbidden'
  | 'upstream-not-found'
  | 'upstream-failed'
  | 'upstream-truncated'
  | 'time-limit-exceeded'
  | 'ref-not-found'
  | 'path-not-found'
  | 'address-forbidden'
  | 'registry-unavailable'
  | 'store-unavailable'
  | 'store-locked'
  | 'aborted';

/** One of several problems reported together. */
export interface Problem {
  readonly message: string;
  /** Where it is: a JSON pointer, a YAML path, a query parameter (`query.limit`) or a file with its line. */
  readonly location?: string;
}

/** An error with a stable code. `message` is for people and safe to show to callers: it never holds secrets. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    options: { readonly problems?: readonly Problem[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.problems = options.problems ?? [];
  }

  readonly problems: readonly Problem[];
}

/** True when `error` is a `DomainError` (of `code`, when one is given). */
export function isDomainError(error: unknown, code?: DomainErrorCode): error is DomainError {
  return error instanceof DomainError && (code === undefined || error.code === code);
}
