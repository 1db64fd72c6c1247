import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { requestOrigin, TrustedProxies } from './request-origin.js';

/** Where clients of a protected resource look for its metadata (RFC 9728, 3). */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** What a client has to know to get a token (RFC 9728, 2). */
export interface ResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly scopes_supported?: readonly string[];
}

/** What this server says of itself to clients that have no token yet, or a bad one. */
@Injectable()
export class ProtectedResource {
  private readonly auth: RegistryConfig['auth'];
  private readonly proxies: TrustedProxies;

  constructor(@Inject(REGISTRY_CONFIG) { auth, server }: RegistryConfig) {
    this.auth = auth;
    this.proxies = new TrustedProxies(server.trustedProxies);
  }

  /**
   * The metadata document. Without a configured resource it is the origin of the request, followed by what stands
   * behind the well-known path: a client compares it with the address it was given.
   * @throws DomainError `not-found` when no token is asked for
   */
  metadata(request: IncomingMessage): ResourceMetadata {
    const { mode, oauth } = this.auth;
    if (mode !== 'oauth' || oauth === undefined) {
      throw new DomainError('not-found', 'Nothing is protected here: no token is needed');
    }
    const [path = ''] = (request.url ?? '').split('?', 1);
    const suffix = path.slice(METADATA_PATH.length).replace(/\/+$/, '');
    const issuers = oauth.providers.flatMap(({ issuerUrl }) => issuerUrl ?? []);
    return {
      resource: oauth.resourceUrl ?? requestOrigin(request, this.proxies) + suffix,
      authorization_servers: [...new Set(issuers)],
      bearer_methods_supported: ['header'],
      ...(oauth.scopesSupported !== undefined && { scopes_supported: oauth.scopesSupported }),
    };
  }

  /** The value of `WWW-Authenticate` for a caller whose token is missing or bad (RFC 6750, 3; RFC 9728, 5.1). */
  challenge(request: IncomingMessage, { code, message }: DomainError): string {
    const { oauth } = this.auth;
    const scopes = oauth?.scopesSupported ?? [];
    const parameters = [
      ['realm', oauth?.realm ?? 'mcp-registry'],
      ['resource_metadata', this.metadataUrl(request)],
      ...(scopes.length > 0 ? [['scope', scopes.join(' ')]] : []),
      ['error', code === 'invalid-token' ? 'invalid_token' : 'invalid_request'],
      ['error_description', message.replace(/^Invalid token: /, '')],
    ];
    return `Bearer ${parameters.map(([name, value]) => `${name}="${quotable(value ?? '')}"`).join(', ')}`;
  }

  private metadataUrl(request: IncomingMessage): string {
    const resource = this.auth.oauth?.resourceUrl;
    if (resource === undefined) return requestOrigin(request, this.proxies) + METADATA_PATH;
    const { origin, pathname } = new URL(resource);
    return `${origin}${METADATA_PATH}${pathname === '/' ? '' : pathname}`;
  }
}

/** Text for between quotes in a header (RFC 9110, 5.6.4). */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
}
