import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AccessDecision } from '../auth/access-decision.js';
import { type Principal, setPrincipal } from '../auth/principal.js';
import { RecentCache } from '../common/recent-cache.js';
import type { CommonHeaders } from '../http/common-headers.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { writeReply } from '../http/write-reply.js';
import type { VisibilitySet } from '../model/claims.js';
import { readerOf } from './reader.js';
import { type ReadRoute, readRouteOf } from './read-route.js';
import { RegistryService } from './registry.service.js';

/** An address that was understood, and what it got last: the reply itself belongs to the service, which may let it go. */
interface KnownRoute extends ReadRoute {
  last?: {
    readonly edition: number;
    readonly visibility: VisibilitySet;
    readonly reply: WeakRef<ReplyBytes>;
  };
}

/** Addresses that were understood lately, with the characters they may take together. */
const ROUTES = { values: 8_192, weight: 2 * 1024 * 1024 };

/**
 * The second entrance of the hot read routes, in front of Express and Nest: the same parsers, access decision,
 * service and replies as the controllers have, without the way to them. Whatever is unusual, errors first, is left
 * to the controllers, so that one place words them.
 */
@Injectable()
export class ReadPath {
  private readonly routes = new RecentCache<KnownRoute | 'other'>(ROUTES, (url) => url.length + 256);

  constructor(
    private readonly registry: RegistryService,
    private readonly access: AccessDecision,
  ) {}

  /** Answers a request for a hot route. False when it is none, or the controllers shall answer it. */
  answer(request: IncomingMessage, response: ServerResponse, common: CommonHeaders): boolean {
    const { method, headers, url = '' } = request;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const route = this.routeOf(url);
    if (route === 'other' || hasBody(headers)) return false;
    const principal = this.access.known(request, 'read');
    if (principal === undefined) return false;
    const reply = this.replyTo(route, principal);
    if (reply === undefined) return false;
    setPrincipal(request, principal);
    writeReply(request, response, reply, common);
    return true;
  }

  private replyTo(route: KnownRoute, principal: Principal): ReplyBytes | undefined {
    const { edition } = this.registry;
    const { visibility } = principal;
    const { last } = route;
    if (last?.edition === edition && last.visibility === visibility) {
      const kept = last.reply.deref();
      if (kept !== undefined) return kept;
    }
    const reply = this.registry.known(readerOf(principal, route.registry), route.read);
    if (reply !== undefined) route.last = { edition, visibility, reply: new WeakRef(reply) };
    return reply;
  }

  private routeOf(url: string): KnownRoute | 'other' {
    const known = this.routes.get(url);
    if (known !== undefined) return known;
    const route: KnownRoute | 'other' = readRouteOf(url) ?? 'other';
    this.routes.set(url, route);
    return route;
  }
}

/** A read with a body is unusual: Express reads it, and may refuse it. */
function hasBody(headers: IncomingMessage['headers']): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
