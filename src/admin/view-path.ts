import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { clientAddress, TrustedProxies } from '../auth/request-origin.js';
import { setViewAccess, type ViewRefusal } from '../auth/view-access.js';
import { type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import type { CommonHeaders } from '../http/common-headers.js';
import { routeInstead } from '../http/request-path.js';
import { isViewToken } from '../model/view-token.js';
import { CLOCK } from '../sync/clock.token.js';
import { ClientViews, type OpenView } from './client-views.js';

/** `/view/{token}`, what follows it, and the query. */
const ADDRESS = /^\/+view\/+([^/?]*)([^?]*)([^]*)$/;
/** What everybody who asks is shown in place of a token. */
const SHOWN = '/view/[redacted]';

/**
 * Turns addresses of client views into those of the registries that they show, before anything else sees them: the
 * token goes no further. An address that opens nothing, for whatever reason, becomes one that no route has.
 */
@Injectable()
export class ViewPath {
  private readonly proxies: TrustedProxies;

  constructor(
    @Inject(REGISTRY_CONFIG) { server }: RegistryConfig,
    private readonly views: ClientViews,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.proxies = new TrustedProxies(server.trustedProxies);
  }

  /**
   * Readdresses a request for a view. True when it has answered.
   * @throws DomainError `registry-unavailable` while the views are not known yet
   */
  enter(request: IncomingMessage, response: ServerResponse, common: CommonHeaders): boolean {
    const { url = '' } = request;
    if (!url.includes('view/') || request.method === undefined) return false;
    const [, token, rest = '', query = ''] = ADDRESS.exec(url) ?? [];
    if (token === undefined) return false;
    const shown = `${SHOWN}${rest}`;
    const view = isViewToken(token) ? this.views.find(token) : undefined;
    const refusal = this.refusalOf(request, view);
    if (refusal === 'unknown' && !this.views.isLoaded) {
      routeInstead(request, SHOWN, shown);
      if (common(request, response)) return true;
      throw new DomainError('registry-unavailable', 'The client views have not been read yet');
    }
    if (view === undefined || refusal !== undefined) {
      routeInstead(request, SHOWN, shown);
      const name = view === undefined ? {} : { view: view.definition.name };
      setViewAccess(request, { ...name, refusal: refusal ?? 'unknown' });
      return false;
    }
    const { name, registry } = view.definition;
    routeInstead(request, `/registry/${encodeURIComponent(registry)}${rest}${query}`, shown);
    setViewAccess(request, { view: name, principal: view.principal });
    return false;
  }

  private refusalOf(request: IncomingMessage, view: OpenView | undefined): ViewRefusal | undefined {
    if (view === undefined) return 'unknown';
    if (this.clock.now().getTime() >= view.endsAt) return 'expired';
    if (view.networks?.has(clientAddress(request, this.proxies)) === false) return 'address';
    return request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
      ? undefined
      : 'method';
  }
}
