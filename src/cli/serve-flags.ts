import { DomainError } from '../common/domain-error.js';
import type { ServeOptions } from '../server.js';
import { UsageError } from './usage-error.js';

/** The flags of `serve` as they were given. */
export interface ServeFlags extends Partial<ServeOptions> {
  readonly oidcIssuer?: string;
  readonly oidcAudience?: string;
  readonly oidcJwksUrl?: string;
  readonly oidcIntrospectionUrl?: string;
  readonly oidcClientId?: string;
  readonly oidcClientSecret?: string;
  readonly oidcScopes?: string;
}

/**
 * What the server is started with.
 * @throws UsageError when flags exclude each other
 * @throws DomainError `not-supported` for those that ask for tokens: a server that ignored them would stand open
 */
export function serveOptions(flags: ServeFlags): ServeOptions {
  const asksForTokens = Object.keys(flags).find((name) => name.startsWith('oidc'));
  if (asksForTokens !== undefined || flags.authMode === 'oauth') {
    const flag = asksForTokens === undefined ? '--auth-mode oauth' : flagName(asksForTokens);
    throw new DomainError(
      'not-supported',
      `${flag}: tokens are not supported yet, and the server does not start open instead; leave the flag out and let a proxy in front check tokens`,
    );
  }
  if (flags.address !== undefined && flags.socket === undefined) {
    const other = flags.host === undefined ? flags.port && '--port' : '--host';
    if (other !== undefined) {
      throw new UsageError(
        `--address and ${other} exclude each other: give the host and port in one of them`,
      );
    }
  }
  return { ...flags, openapi: flags.openapi ?? true };
}

function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
