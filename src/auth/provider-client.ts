import { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { boundedFetch } from '../common/bounded-fetch.js';
import { DomainError } from '../common/domain-error.js';
import { isLoopbackUrl } from '../common/private-address.js';
import { readSecretFile } from '../common/secret-file.js';
import { upstreamName } from '../common/upstream-problem.js';
import type { ProviderSettings } from './provider-settings.js';

/** Longest time that a provider may cost a caller, in milliseconds; the promise to callers is 5 s. */
const TIME_LIMIT_MS = 4_500;
/** After a failure callers hear at once, for this long, that the provider is down. In milliseconds. */
const PAUSE_MS = 1_000;
/** Larger answers are no discovery documents, key sets or introspections, in bytes. */
const MAX_BODY_BYTES = 512 * 1024;

/** One question to a provider. */
export interface ProviderRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For questions about a token: what the provider says of ours is no token for those. */
  readonly withoutProviderToken?: boolean;
}

/** What a provider answered. */
export interface ProviderAnswer {
  readonly status: number;
  /** The JSON object of the body; empty for a body that is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks one identity provider, within bounds that a provider which is down, broken or hostile cannot leave. */
export class ProviderClient {
  private readonly logger = new Logger('Auth');
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly settings: ProviderSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs an exchange of one or several questions with one time limit for all of them.
   * @throws DomainError `identity-provider-unavailable`, at once for a while after it was thrown; the reason is logged
   */
  async exchange<Result>(ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.clock.now().getTime() - this.failedAt < PAUSE_MS) throw this.unavailable();
    try {
      return await ask(AbortSignal.timeout(TIME_LIMIT_MS));
    } catch (error) {
      // Without a check one round of failures would be logged once for each caller that waited for it.
      const isFirst = this.clock.now().getTime() - this.failedAt >= PAUSE_MS;
      this.failedAt = this.clock.now().getTime();
      if (isFirst) this.logger.warn(`Provider ${this.settings.name}: ${reasonOf(error)}`);
      throw this.unavailable();
    }
  }

  /** One question. Redirects are refused: a provider has its own addresses. */
  async ask(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer> {
    const { settings } = this;
    const { authTokenFile, caCertPath, allowPrivateIP } = settings;
    const token =
      authTokenFile === undefined || request.withoutProviderToken === true
        ? undefined
        : await readSecretFile(authTokenFile, `provider ${settings.name}: authTokenFile`);
    const response = await boundedFetch({
      url: request.url,
      method: request.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: request.body }),
      ...(caCertPath !== undefined && { caCertPath }),
      allowPrivate: allowPrivateIP || this.mayBePrivate(request.url),
      signal,
      timeoutMs: TIME_LIMIT_MS,
      maxBytes: MAX_BODY_BYTES,
      maxRedirects: 0,
    });
    return { status: response.status, body: objectOf(await response.text()) };
  }

  /** An operator who wrote an address on this machine means it; what a document names must not lead there. */
  private mayBePrivate(url: string): boolean {
    const { issuerUrl, jwksUrl, introspectionUrl } = this.settings;
    if (issuerUrl !== undefined && isLoopbackUrl(issuerUrl)) return true;
    return (url === jwksUrl || url === introspectionUrl) && isLoopbackUrl(url);
  }

  private unavailable(): DomainError {
    const message = 'The identity provider that could verify this token cannot be reached now';
    return new DomainError('identity-provider-unavailable', message);
  }
}

/** The error of an answer that is not what was asked for. */
export function uselessAnswer(url: string, reason: string): DomainError {
  return new DomainError('upstream-failed', `${upstreamName(url)} ${reason}`);
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Whoever asked says what the answer lacks.
  }
  return {};
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException) return 'it did not answer in time';
  return error instanceof Error ? error.message : String(error);
}
