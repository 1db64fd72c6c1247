import type { ServeOptions } from '../server.js';
import { UsageError } from './usage-error.js';

/** The flags of `serve` as they were given. */
export interface ServeFlags extends Partial<Omit<ServeOptions, 'oidcScopes'>> {
  /** Separated by commas or white space. */
  readonly oidcScopes?: string;
}

/**
 * What the server is started with.
 * @throws UsageError when flags exclude each other
 */
export function serveOptions({ oidcScopes, ...flags }: ServeFlags): ServeOptions {
  if (flags.address !== undefined && flags.socket === undefined) {
    const other = flags.host === undefined ? flags.port && '--port' : '--host';
    if (other !== undefined) {
      throw new UsageError(
        `--address and ${other} exclude each other: give the host and port in one of them`,
      );
    }
  }
  const scopes = oidcScopes?.split(/[\s,]+/).filter((scope) => scope !== '');
  return {
    ...flags,
    ...(scopes !== undefined && { oidcScopes: scopes }),
    openapi: flags.openapi ?? true,
  };
}
