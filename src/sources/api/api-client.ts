import { setTimeout as sleep } from 'node:timers/promises';
import { boundedFetch } from '../../common/bounded-fetch.js';
import { formatByteSize } from '../../common/byte-size.js';
import { DomainError, isDomainError } from '../../common/domain-error.js';
import { formatDuration } from '../../common/duration.js';
import { upstreamName, upstreamProblem } from '../../common/upstream-problem.js';
import type { ApiSettings } from '../../config/registry-config.js';
import type { Credentials } from './api-credentials.js';
import { checkedHeaders } from './header-values.js';
import {
  isPassingFailure,
  isPassingStatus,
  MAX_RETRY_AFTER_MS,
  MAX_TRIES,
  readRetryAfter,
  retryPause,
} from './retry-pause.js';

/** Largest page in bytes, whatever the settings allow for all of them: a page is held as a whole. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/** An answer that was read to its end. */
export interface ApiReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** What one round needs to ask an upstream. */
export interface ApiClientOptions {
  readonly settings: ApiSettings;
  readonly credentials?: Credentials;
  /** Ends everything, pauses included. */
  readonly signal: AbortSignal;
  /** Pause before the second try, in milliseconds. */
  readonly retryMs: number;
}

interface PassingFailure {
  readonly failure: DomainError;
  readonly retryAfterMs: number;
}

/** Asks the upstream of one source during one round. */
export class ApiClient {
  private readonly headers: Readonly<Record<string, string>>;
  private readonly pageLimit: number;

  constructor(private readonly options: ApiClientOptions) {
    this.headers = checkedHeaders({
      accept: 'application/json, application/problem+json;q=0.9',
      ...options.settings.headers,
    });
    this.pageLimit = Math.min(options.settings.maxSize, MAX_PAGE_BYTES);
  }

  /**
   * Gets an address and reads the answer with `read`, again and again while the failure may pass: too many requests,
   * a gateway without server, the network, an answer that `read` finds unreadable.
   * @param read gets whatever status is not worth another try; what it throws as `invalid-source-data` is tried again
   * @throws DomainError `upstream-…`, `time-limit-exceeded`, `limit-exceeded`, `invalid-source-data`, `aborted`
   */
  async get<Result>(address: URL, read: (reply: ApiReply) => Result): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.attempt(address, read);
      if ('result' in outcome) return outcome.result;
      const { failure, retryAfterMs } = outcome;
      if (attempt >= MAX_TRIES) throw failure;
      if (retryAfterMs > MAX_RETRY_AFTER_MS) throw tooPatient(failure, retryAfterMs);
      await this.pause(retryPause(attempt, this.options.retryMs, retryAfterMs));
    }
  }

  private async attempt<Result>(
    address: URL,
    read: (reply: ApiReply) => Result,
  ): Promise<{ readonly result: Result } | PassingFailure> {
    const reply = await this.exchange(address);
    if ('failure' in reply) return reply;
    try {
      return { result: read(reply) };
    } catch (error) {
      if (!isDomainError(error, 'invalid-source-data')) throw error;
      return { failure: error, retryAfterMs: 0 };
    }
  }

  private async exchange(address: URL): Promise<ApiReply | PassingFailure> {
    try {
      let response = await this.send(address, false);
      if (response.status === 401 && this.options.credentials !== undefined) {
        response.discard();
        response = await this.send(address, true);
      }
      const { status, headers } = response;
      if (!isPassingStatus(status)) {
        return { status, contentType: headers.get('content-type') ?? '', text: await response.text() };
      }
      response.discard();
      const retryAfterMs = readRetryAfter(headers.get('retry-after'), new Date());
      return { failure: upstreamProblem(status, upstreamName(address)), retryAfterMs };
    } catch (error) {
      if (isDomainError(error, 'limit-exceeded')) throw pageTooLarge(address, this.pageLimit, error);
      if (!isPassingFailure(error)) throw error;
      return { failure: error, retryAfterMs: 0 };
    }
  }

  private async send(address: URL, fresh: boolean) {
    const { settings, credentials, signal } = this.options;
    const { timeoutMs, caCertPath } = settings;
    const authorization = await credentials?.header({ signal, fresh });
    return boundedFetch({
      url: address.href,
      headers: { ...this.headers, ...(authorization !== undefined && { authorization }) },
      signal,
      timeoutMs,
      maxBytes: this.pageLimit,
      ...(caCertPath !== undefined && { caCertPath }),
    });
  }

  private async pause(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.options.signal });
    } catch (error) {
      throw new DomainError('aborted', 'Waiting for the next try was stopped', { cause: error });
    }
  }
}

function pageTooLarge(address: URL, limit: number, cause: DomainError): DomainError {
  const size = formatByteSize(limit);
  const advice =
    limit < MAX_PAGE_BYTES
      ? `api.maxSize (${size}), which bounds one page and all of them together: raise it`
      : `${size}, the most that one page may have`;
  return new DomainError('limit-exceeded', `One page of ${upstreamName(address)} has more than ${advice}`, {
    cause,
  });
}

function tooPatient(failure: DomainError, retryAfterMs: number): DomainError {
  const pause = formatDuration(retryAfterMs);
  const message = `${failure.message} and asks to wait ${pause}, longer than a round waits`;
  return new DomainError(failure.code, message, { cause: failure });
}
