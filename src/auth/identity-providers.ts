import type { IncomingMessage } from 'node:http';
import passport from 'passport';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { bearerToken, invalidToken, missingToken } from './bearer-token.js';
import { Discovery } from './discovery.js';
import { type Introspected, Introspection } from './introspection.js';
import { IntrospectionStrategy } from './introspection-strategy.js';
import { jwtStrategy, refusalOf } from './jwt-strategy.js';
import { ProviderClient } from './provider-client.js';
import { providerKeys } from './provider-keys.js';
import type { ProviderSettings } from './provider-settings.js';
import { readUnverified, type UnverifiedToken } from './unverified-token.js';

const OPAQUE = 'introspection';

/** A token whose claims its provider stands for. */
export interface VerifiedToken {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Until when that holds, in milliseconds since 1970. */
  readonly until: number;
}

/**
 * The identity providers of the configuration behind Passport: one strategy for the JSON Web Tokens of each, chosen by
 * the issuer that a token names, and one for opaque tokens. Nothing is fetched before a token asks for it.
 */
export class IdentityProviders {
  /** Passport's own registry of strategies is shared by the whole process; this one is not. */
  private readonly passport = new passport.Passport();
  private readonly signing: readonly { readonly name: string; readonly settings: ProviderSettings }[];
  private readonly hasIntrospection: boolean;

  constructor(providers: readonly ProviderSettings[], clock: Clock) {
    const asked: Introspection[] = [];
    this.signing = providers.flatMap((settings, index) => {
      const client = new ProviderClient(settings, clock);
      const discovery = new Discovery(client, clock);
      const introspection = new Introspection(client, discovery, clock);
      if (introspection.isConfigured) asked.push(introspection);
      if (settings.issuerUrl === undefined && settings.jwksUrl === undefined) return [];
      const name = `jwt ${index}`;
      this.passport.use(name, jwtStrategy(settings, providerKeys(client, discovery, clock)));
      return [{ name, settings }];
    });
    this.hasIntrospection = asked.length > 0;
    this.passport.use(OPAQUE, new IntrospectionStrategy(asked));
  }

  /**
   * Verifies the token of a request.
   * @throws DomainError `unauthenticated`, `invalid-token`; `identity-provider-unavailable` when nobody can tell
   */
  async verify(request: IncomingMessage): Promise<VerifiedToken> {
    const token = bearerToken(request);
    if (token === undefined) throw missingToken(request);
    const unverified = readUnverified(token);
    const name = unverified === undefined ? OPAQUE : this.strategyFor(unverified);
    const verified = await this.authenticate(name, request);
    const { sub } = verified.claims;
    if (typeof sub !== 'string' || sub === '') {
      throw new DomainError('invalid-token', 'Invalid authentication claims');
    }
    return verified;
  }

  private strategyFor({ issuer, audiences }: UnverifiedToken): string {
    const named = this.signing.filter(({ settings }) => settings.issuerUrl === issuer);
    const unnamed = this.signing.filter(({ settings }) => settings.issuerUrl === undefined);
    const candidates = named.length > 0 ? named : unnamed;
    // One issuer may be configured for several audiences.
    const chosen =
      candidates.find(
        ({ settings: { audience } }) => audience === undefined || audiences.includes(audience),
      ) ?? candidates[0];
    if (chosen !== undefined) return chosen.name;
    if (this.signing.length === 0 && this.hasIntrospection) return OPAQUE;
    throw invalidToken('invalid issuer');
  }

  private authenticate(name: string, request: IncomingMessage): Promise<VerifiedToken> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user: unknown, info: unknown) => {
        if (error !== null && error !== undefined) return reject(error);
        if (user === false || user === undefined) return reject(refusalOf(info));
        resolve(name === OPAQUE ? (user as Introspected) : ofClaims(user as Record<string, unknown>));
      };
      const run = this.passport.authenticate(name, { session: false }, done) as Middleware;
      run(request, {}, reject);
    });
  }
}

type Middleware = (request: IncomingMessage, response: object, next: (error?: Error) => void) => void;

function ofClaims(claims: Readonly<Record<string, unknown>>): VerifiedToken {
  return { claims, until: Number(claims['exp']) * 1000 };
}
