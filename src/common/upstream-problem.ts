import { formatByteSize } from './byte-size.js';
import { DomainError } from './domain-error.js';
import { formatDuration } from './duration.js';

const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL']);
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** What OpenSSL's verification says; the list is long, so by its pattern. */
const UNTRUSTED =
  /CERT|^UNABLE_TO_|SELF_SIGNED|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$|^HOSTNAME_MISMATCH$/;
const BROKEN_BODY = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
  'Z_BUF_ERROR',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Address as messages show it: without user info, query and fragment, where secrets may be. */
export function upstreamName(url: string | URL): string {
  if (!URL.canParse(String(url))) return 'an address that cannot be read';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** The error for a status that is no success; `what` names the address, see {@link upstreamName}. */
export function upstreamProblem(status: number, what: string): DomainError {
  if (status === 401) {
    return new DomainError(
      'upstream-unauthorized',
      `${what} answered 401: it wants other credentials, check what is configured for it`,
    );
  }
  if (status === 403) {
    return new DomainError('upstream-forbidden', `${what} answered 403: the credentials do not allow it`);
  }
  if (status === 404)
    return new DomainError('upstream-not-found', `${what} answered 404: there is nothing, check the address`);
  return new DomainError('upstream-failed', `${what} answered ${status}`);
}

/** The error of an exchange that took longer than `timeoutMs`. */
export function tookTooLong(what: string, timeoutMs: number, received: number): DomainError {
  const limit = formatDuration(timeoutMs);
  const message = `${what} took longer than the timeout (${limit}); ${formatByteSize(received)} were received; raise the timeout to allow more`;
  return new DomainError('time-limit-exceeded', message);
}

/** The error of a body that is larger than `maxBytes`. */
export function tooLarge(what: string, maxBytes: number): DomainError {
  const limit = formatByteSize(maxBytes);
  return new DomainError(
    'limit-exceeded',
    `${what} sends more than maxSize (${limit}); raise maxSize to allow it`,
  );
}

/** Gives a failure of the network, of TLS or of the decoding its code. `during` tells what was going on. */
export function explainFailure(error: unknown, what: string, during: 'exchange' | 'body'): DomainError {
  if (error instanceof DomainError) return error;
  const code = codeOf(error);
  const problem = (kind: DomainError['code'], message: string) =>
    new DomainError(kind, `${what} ${message}`, { cause: error });
  if (UNRESOLVED.has(code))
    return problem(
      'upstream-unresolved',
      `cannot be reached: its name is not known (${code}): check its spelling`,
    );
  if (UNREACHABLE.has(code))
    return problem('upstream-refused', `accepts no connection${at(error)} (${code}): check host and port`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return problem('upstream-untrusted', 'has a certificate for another host name');
  }
  if (code === 'CERT_HAS_EXPIRED') return problem('upstream-untrusted', 'has a certificate that has expired');
  if (UNTRUSTED.test(code)) {
    const advice = 'set caCertPath to the PEM file of the authority that signed it';
    return problem('upstream-untrusted', `has a certificate that is not trusted (${code}): ${advice}`);
  }
  if (during === 'body' && (BROKEN_BODY.has(code) || code.startsWith('HPE_'))) {
    return problem('upstream-truncated', 'closed the connection before everything had arrived');
  }
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_') || code.startsWith('ERR_BROTLI')) {
    return problem('upstream-failed', 'sends a body that cannot be decompressed');
  }
  const tunnel = /^Proxy response \((\d+)\)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (tunnel !== undefined)
    return problem('upstream-failed', `cannot be reached: the proxy answered ${tunnel}`);
  return problem('upstream-failed', `failed${code === '' ? '' : ` (${code})`}`);
}

/** Code of a system, TLS or library error; for one about several addresses, that of the first. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && code !== '') return code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.cause === undefined ? '' : codeOf(error.cause);
}

/** The address that was tried, which is the proxy's when there is one. */
function at(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { address, port } = first as { address?: unknown; port?: unknown };
  return typeof address === 'string' && typeof port === 'number' ? ` at ${address} port ${port}` : '';
}
