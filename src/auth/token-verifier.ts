import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { systemClock } from '../common/clock.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { AccessRules } from './access-rules.js';
import { bearerToken, missingToken } from './bearer-token.js';
import { IdentityProviders } from './identity-providers.js';
import type { Principal } from './principal.js';
import { credentialsKey, TokenCache } from './token-cache.js';

/** Turns the token of a request into the caller, at once when it was verified before. */
@Injectable()
export class TokenVerifier {
  private readonly cache = new TokenCache(systemClock);
  private readonly providers: IdentityProviders;
  private readonly verifying = new Map<string, Promise<Principal>>();

  constructor(
    @Inject(REGISTRY_CONFIG) { auth, oidcClientSecret }: RegistryConfig,
    private readonly rules: AccessRules,
  ) {
    const providers = auth.oauth?.providers ?? [];
    const secret = oidcClientSecret === undefined ? {} : { clientSecret: oidcClientSecret };
    this.providers = new IdentityProviders(
      providers.map((provider) => ({ ...provider, ...secret })),
      systemClock,
    );
  }

  /** The caller of a request whose token was verified before and has not expired. */
  known(request: IncomingMessage): Principal | undefined {
    const { authorization } = request.headers;
    return authorization === undefined ? undefined : this.cache.get(authorization, request.socket);
  }

  /**
   * The caller of a request; requests with the same token wait for one verification.
   * @throws DomainError `unauthenticated`, `invalid-token`, `identity-provider-unavailable`
   */
  async caller(request: IncomingMessage): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization === undefined || bearerToken(request) === undefined) throw missingToken(request);
    const key = credentialsKey(authorization);
    const verifying = this.verifying.get(key) ?? this.verify(authorization, request);
    this.verifying.set(key, verifying);
    return verifying.finally(() => this.verifying.delete(key));
  }

  private async verify(authorization: string, request: IncomingMessage): Promise<Principal> {
    const { claims, until } = await this.providers.verify(request);
    const principal = this.rules.principal(claims);
    this.cache.put(authorization, principal, until);
    return principal;
  }
}
