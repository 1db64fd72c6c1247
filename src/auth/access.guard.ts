import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isDomainError } from '../common/domain-error.js';
import { AccessDecision } from './access-decision.js';
import { ACCESS_METADATA, type AccessLevel } from './access.js';
import { setPrincipal } from './principal.js';
import { ProtectedResource } from './protected-resource.js';

/** Stands in front of every route and lets in who may take it, by what the route declares with `@Access`. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly decision: AccessDecision,
    private readonly resource: ProtectedResource,
  ) {}

  /** @throws DomainError as the decision does; a caller without a good token also hears how to get one */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const level = this.reflector.getAllAndOverride<AccessLevel | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (level === undefined)
      throw new Error(`${context.getClass().name} has a route that declares no access`);
    const http = context.switchToHttp();
    const request = http.getRequest<IncomingMessage>();
    try {
      setPrincipal(request, await this.decision.decide(request, level));
      return true;
    } catch (error) {
      if (isDomainError(error, 'unauthenticated') || isDomainError(error, 'invalid-token')) {
        const response = http.getResponse<ServerResponse>();
        response.setHeader('WWW-Authenticate', this.resource.challenge(request, error));
      }
      throw error;
    }
  }
}
