import type { Clock } from '../common/clock.js';
import { readSecretFile } from '../common/secret-file.js';
import { invalidToken } from './bearer-token.js';
import type { Discovery } from './discovery.js';
import { type IntrospectionClient, variantFor } from './introspection-variant.js';
import { type ProviderClient, uselessAnswer } from './provider-client.js';

/** Opaque tokens are asked about again after this time, in seconds: until then a withdrawn one still counts. */
const MAX_CACHE_SECONDS = 60;

/** What a provider says about an active token. */
export interface Introspected {
  readonly claims: Readonly<Record<string, unknown>>;
  /** When to ask again, in milliseconds since 1970. */
  readonly until: number;
}

/** Asks one provider about opaque tokens (RFC 7662, and two services that have ways of their own). */
export class Introspection {
  constructor(
    private readonly client: ProviderClient,
    private readonly discovery: Discovery,
    private readonly clock: Clock,
  ) {}

  /** True when the provider is to be asked: it says where, or its client may ask at the place its issuer names. */
  get isConfigured(): boolean {
    const { introspectionUrl, issuerUrl, clientId } = this.client.settings;
    return introspectionUrl !== undefined || (issuerUrl !== undefined && clientId !== undefined);
  }

  /**
   * What the provider knows about a token.
   * @throws DomainError `invalid-token` for one that is not for us; `identity-provider-unavailable`
   */
  async inspect(token: string): Promise<Introspected> {
    const claims = await this.client.exchange((signal) => this.ask(token, signal));
    if (claims === undefined) throw invalidToken('token is not active');
    return this.checked(claims);
  }

  private async ask(
    token: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const url = await this.discovery.introspectionUrl(signal);
    if (url === undefined) return undefined;
    const variant = variantFor(url);
    const request = variant.request(url, token, await this.credentials());
    const claims = variant.claims(await this.client.ask(request, signal));
    if (claims === 'unusable') throw uselessAnswer(url, 'refuses to introspect, or answers something else');
    return claims;
  }

  private checked(claims: Readonly<Record<string, unknown>>): Introspected {
    const { issuerUrl, audience } = this.client.settings;
    const { iss, aud, exp, nbf } = claims;
    const now = this.clock.now().getTime() / 1000;
    // The provider may leave its own name out, as it is the one that was asked.
    if (issuerUrl !== undefined && iss !== undefined && iss !== issuerUrl)
      throw invalidToken('invalid issuer');
    const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    if (audience !== undefined && !audiences.includes(audience)) throw invalidToken('invalid audience');
    if (exp !== undefined && !(typeof exp === 'number' && exp > now)) throw invalidToken('token is expired');
    if (typeof nbf === 'number' && nbf > now + 30) throw invalidToken('token is not valid yet');
    const end = Math.min(typeof exp === 'number' ? exp : Infinity, now + MAX_CACHE_SECONDS);
    return { claims, until: end * 1000 };
  }

  private async credentials(): Promise<IntrospectionClient | undefined> {
    const { name, clientId, clientSecretFile, clientSecret } = this.client.settings;
    if (clientId === undefined) return undefined;
    const secret =
      clientSecretFile === undefined
        ? clientSecret
        : await readSecretFile(clientSecretFile, `provider ${name}: clientSecretFile`);
    return secret === undefined ? undefined : { id: clientId, secret };
  }
}
