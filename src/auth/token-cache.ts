import { hash } from 'node:crypto';
import type { Clock } from '../common/clock.js';
import type { Principal } from './principal.js';

/** Tokens remembered; the one used least recently goes first. */
const MAX_TOKENS = 10_000;

interface Known {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Tokens that were verified, until they expire. It holds their SHA-256, never the tokens. */
export class TokenCache {
  private readonly known = new Map<string, Known>();

  constructor(private readonly clock: Clock) {}

  /** Whom a verified token names; undefined for any other. */
  get(token: string): Principal | undefined {
    const key = tokenKey(token);
    const found = this.known.get(key);
    if (found === undefined) return undefined;
    this.known.delete(key);
    if (found.until <= this.clock.now().getTime()) return undefined;
    this.known.set(key, found);
    return found.principal;
  }

  /** Remembers a token until a time in milliseconds since 1970. */
  put(token: string, principal: Principal, until: number): void {
    const key = tokenKey(token);
    this.known.delete(key);
    this.known.set(key, { principal, until });
    if (this.known.size > MAX_TOKENS) this.known.delete(this.known.keys().next().value ?? key);
  }
}

/** What stands for a token wherever it is kept: nobody can make the token of it again. */
export function tokenKey(token: string): string {
  return hash('sha256', token, 'base64');
}
