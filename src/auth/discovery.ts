import type { Clock } from '../common/clock.js';
import { type ProviderClient, uselessAnswer } from './provider-client.js';

/** Known addresses are looked up again after this time, in milliseconds. */
const REFRESH_AFTER_MS = 60 * 60_000;

/** What is used of a discovery document (OpenID Connect Discovery 1.0, section 4). */
export interface ProviderAddresses {
  readonly jwksUrl: string;
  readonly introspectionUrl: string | undefined;
}

/** The addresses of one provider: those of the configuration, and for the rest what its issuer publishes. */
export class Discovery {
  private found: (ProviderAddresses & { readonly at: number }) | undefined;

  constructor(
    private readonly client: ProviderClient,
    private readonly clock: Clock,
  ) {}

  /** Where the keys are. Fails when that cannot be found out. */
  async jwksUrl(signal: AbortSignal): Promise<string> {
    return this.client.settings.jwksUrl ?? (await this.discover(signal)).jwksUrl;
  }

  /** Where tokens are introspected; undefined when the provider has no such place. */
  async introspectionUrl(signal: AbortSignal): Promise<string | undefined> {
    const { introspectionUrl, issuerUrl } = this.client.settings;
    if (introspectionUrl !== undefined || issuerUrl === undefined) return introspectionUrl;
    return (await this.discover(signal)).introspectionUrl;
  }

  /** Looks again next time: what was found turned out to be of no use. */
  forget(): void {
    this.found = undefined;
  }

  private async discover(signal: AbortSignal): Promise<ProviderAddresses> {
    const now = this.clock.now().getTime();
    if (this.found !== undefined && now - this.found.at < REFRESH_AFTER_MS) return this.found;
    const issuer = this.client.settings.issuerUrl ?? '';
    const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
    const { status, body } = await this.client.ask({ url }, signal);
    if (status !== 200) throw uselessAnswer(url, `answered ${status}`);
    // RFC 8414, 3.3: anything else would let one issuer speak for another.
    if (body['issuer'] !== issuer) throw uselessAnswer(url, 'is the discovery document of another issuer');
    const allowsHttp = issuer.startsWith('http:');
    const jwksUrl = address(body['jwks_uri'], allowsHttp);
    if (jwksUrl === undefined) throw uselessAnswer(url, 'names no usable jwks_uri');
    this.found = {
      jwksUrl,
      introspectionUrl: address(body['introspection_endpoint'], allowsHttp),
      at: now,
    };
    return this.found;
  }
}

function address(value: unknown, allowsHttp: boolean): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { protocol } = new URL(value);
  return protocol === 'https:' || (allowsHttp && protocol === 'http:') ? value : undefined;
}
