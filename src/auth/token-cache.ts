import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
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

/** What was sent last on a connection. */
interface Sent extends Known {
  readonly authorization: string;
}

/**
 * Values of `Authorization` whose token was verified, until it expires. The whole value is looked up, so that a known
 * one is not even parsed. It holds their SHA-256, never the tokens, but for the last one of each open connection, which
 * Node has in memory anyway: most connections send the same again, and to compare takes a hundredth of hashing.
 */
export class TokenCache {
  private readonly known = new RecentCache<Known>(
    { values: MAX_CREDENTIALS, weight: MAX_CREDENTIALS },
    () => 1,
  );
  private readonly sent = new WeakMap<Socket, Sent>();

  constructor(private readonly clock: Clock) {}

  /** Whom verified credentials name that came on a connection; undefined for any other. */
  get(authorization: string, connection: Socket): Principal | undefined {
    const now = this.clock.now().getTime();
    const sent = this.sent.get(connection);
    if (sent?.authorization === authorization && sent.until > now) return sent.principal;
    const found = this.known.get(credentialsKey(authorization));
    if (found === undefined || found.until <= now) return undefined;
    this.sent.set(connection, { ...found, authorization });
    return found.principal;
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
