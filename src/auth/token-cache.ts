import { hash } from 'node:crypto';
import type { Clock } from '../common/clock.js';
import { RecentCache } from '../common/recent-cache.js';
import type { Principal } from './principal.js';

/** Credentials remembered; what nobody used lately goes first. */
const MAX_CREDENTIALS = 10_000;

interface Known {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Values of `Authorization` whose token was verified, until it expires. The whole value is looked up, so that a known
 * one is not even parsed. It holds their SHA-256, never the tokens.
 */
export class TokenCache {
  private readonly known = new RecentCache<Known>(
    { values: MAX_CREDENTIALS, weight: MAX_CREDENTIALS },
    () => 1,
  );

  constructor(private readonly clock: Clock) {}

  /** Whom verified credentials name; undefined for any other. */
  get(authorization: string): Principal | undefined {
    const found = this.known.get(credentialsKey(authorization));
    return found === undefined || found.until <= this.clock.now().getTime() ? undefined : found.principal;
  }

  /** Remembers credentials until a time in milliseconds since 1970. */
  put(authorization: string, principal: Principal, until: number): void {
    this.known.set(credentialsKey(authorization), { principal, until });
  }
}

/** What stands for credentials wherever they are kept: nobody can make them of it again. */
export function credentialsKey(authorization: string): string {
  return hash('sha256', authorization, 'base64');
}
