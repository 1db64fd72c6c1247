import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { restrictReply } from '../common/private-reply.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { AccessRules } from './access-rules.js';
import type { AccessLevel } from './access.js';
import { ANYBODY, type Principal, type Role, setPrincipal } from './principal.js';
import { publicPathTest } from './public-paths.js';
import { TokenVerifier } from './token-verifier.js';
import { type ViewAccess, viewAccessOf } from './view-access.js';

/** The role that a level needs; the other levels need none. */
const NEEDED: Readonly<Partial<Record<AccessLevel, Role>>> = {
  write: 'manageEntries',
  manageSources: 'manageSources',
  manageRegistries: 'manageRegistries',
  manageEntries: 'manageEntries',
  superAdmin: 'superAdmin',
};

/** Decides who may do what: one decision for both entrances of the read path. */
@Injectable()
export class AccessDecision {
  private readonly isOpen: boolean;
  private readonly letsAnybodyChange: boolean;
  private readonly refusesChanges: boolean;
  private readonly isPublic: (request: IncomingMessage) => boolean;

  constructor(
    @Inject(REGISTRY_CONFIG) { auth, sources }: RegistryConfig,
    private readonly rules: AccessRules,
    private readonly tokens: TokenVerifier,
  ) {
    this.isOpen = auth.mode === 'anonymous';
    this.letsAnybodyChange = auth.allowAnonymousWrites;
    // Where nothing can be written the routes themselves say so, which helps more than a refusal.
    this.refusesChanges = !auth.allowAnonymousWrites && sources.some(({ kind }) => kind === 'managed');
    this.isPublic = publicPathTest(auth.publicPaths);
  }

  /**
   * The caller, when it can be told at once that it may take a route of `level`; undefined when that takes longer or
   * is refused: the guard in front of the controllers decides then.
   */
  known(request: IncomingMessage, level: AccessLevel): Principal | undefined {
    if (level === 'public') return ANYBODY;
    const access = viewAccessOf(request);
    if (access !== undefined) return throughView(request, access, level);
    if (this.isOpen) return this.mayAnybody(request, level) ? ANYBODY : undefined;
    const principal = this.needsNoToken(request, level) ? this.rules.anonymous : this.tokens.known(request);
    if (principal === undefined || !mayTake(principal, level)) return undefined;
    return restricted(request, principal);
  }

  /**
   * The caller of a route of `level`.
   * @throws DomainError `unauthenticated`, `invalid-token`, `forbidden`, `identity-provider-unavailable`
   */
  async decide(request: IncomingMessage, level: AccessLevel): Promise<Principal> {
    const known = this.known(request, level);
    if (known !== undefined) return known;
    if (viewAccessOf(request) !== undefined)
      throw new DomainError('not-found', 'A view shows a registry alone');
    if (this.isOpen) throw new DomainError('forbidden', 'forbidden: anonymous callers may change nothing');
    restrictReply(request, 'private');
    const principal = this.tokens.known(request) ?? (await this.tokens.caller(request));
    // Refused callers have a name too, for those who keep record of it.
    setPrincipal(request, principal);
    if (!mayTake(principal, level)) {
      throw new DomainError('forbidden', 'forbidden: insufficient permissions');
    }
    return restricted(request, principal);
  }

  private mayAnybody(request: IncomingMessage, level: AccessLevel): boolean {
    if (level === 'read' || level === 'self') return true;
    if (level === 'write') return !this.refusesChanges;
    return this.letsAnybodyChange || request.method === 'GET' || request.method === 'HEAD';
  }

  /** A token that is sent counts on public paths too: its holder may see more there. */
  private needsNoToken(request: IncomingMessage, level: AccessLevel): boolean {
    return level === 'read' && request.headers.authorization === undefined && this.isPublic(request);
  }
}

/** A view opens what reads registries, to GET and HEAD, and nothing else. */
function throughView(
  request: IncomingMessage,
  access: ViewAccess,
  level: AccessLevel,
): Principal | undefined {
  return level === 'read' && 'principal' in access ? restricted(request, access.principal) : undefined;
}

function mayTake({ roles }: Principal, level: AccessLevel): boolean {
  const role = NEEDED[level];
  return role === undefined || roles.includes(role) || roles.includes('superAdmin');
}

function restricted(request: IncomingMessage, principal: Principal): Principal {
  if (principal.replies !== undefined) restrictReply(request, principal.replies);
  return principal;
}
