import { Injectable } from '@nestjs/common';
import { LiveConfig } from '../config/live-config.js';
import type { AuthConfig, RegistryConfig } from '../config/registry-config.js';
import {
  type Claims,
  hasClaims,
  type HeldClaims,
  heldClaims,
  meetsClaims,
  NO_CLAIMS,
  OPEN_VISIBILITY,
  valuesOf,
  type VisibilitySet,
} from '../model/claims.js';
import { Visibilities } from '../model/visibility.js';
import { type Principal, type Role, ROLES } from './principal.js';

/** A caller as the roles and claims of the configuration have it. */
class ConfiguredPrincipal implements Principal {
  readonly claims: HeldClaims;
  private seen: VisibilitySet = OPEN_VISIBILITY;
  private generation = -1;

  constructor(
    private readonly visibilities: Visibilities | undefined,
    readonly roles: readonly Role[],
    claims: HeldClaims,
    readonly replies: 'by-caller' | 'private',
  ) {
    this.claims = claims;
  }

  get visibility(): VisibilitySet {
    if (this.visibilities === undefined || this.generation === this.visibilities.generation) return this.seen;
    this.generation = this.visibilities.generation;
    this.seen = this.visibilities.of(this.claims);
    return this.seen;
  }
}

/** Who has which role, and whose claims are enforced: `auth.authz` and the claims of sources and registries. */
@Injectable()
export class AccessRules {
  /** A caller without a token, where tokens are asked for: it holds no claims. */
  readonly anonymous: Principal;
  private readonly roles: NonNullable<AuthConfig['authz']>['roles'] | undefined;

  constructor(
    live: LiveConfig,
    private readonly visibilities: Visibilities,
  ) {
    this.roles = live.current.auth.authz?.roles;
    this.follow(live.current);
    live.changes.subscribe((next) => this.follow(next));
    const enforced = this.roles === undefined ? undefined : visibilities;
    this.anonymous = new ConfiguredPrincipal(enforced, [], NO_CLAIMS, 'by-caller');
  }

  /** Takes over the claims that sources and registries have in a reading of the configuration. */
  private follow({ sources, registries }: Pick<RegistryConfig, 'sources' | 'registries'>): void {
    const ofSources = sources.flatMap(({ name, claims }): [string, Claims][] =>
      claims === undefined ? [] : [[name, claims]],
    );
    this.visibilities.setSourceClaims(new Map(ofSources));
    for (const { claims } of registries) this.visibilities.learn(claims);
  }

  /** The caller whom a verified token names. */
  principal(token: Readonly<Record<string, unknown>>): Principal {
    const claims = heldClaims(token);
    const roles = this.rolesOf(claims);
    const enforced = this.roles === undefined || roles.includes('superAdmin') ? undefined : this.visibilities;
    const [subject] = claims.get('sub') ?? [];
    const name = ['name', 'preferred_username', 'email'].flatMap((claim) => claims.get(claim) ?? [])[0];
    const principal = new ConfiguredPrincipal(enforced, roles, claims, 'private');
    return Object.assign(principal, subject !== undefined && { subject }, name !== undefined && { name });
  }

  /**
   * Whoever comes through a client view with these claims. They are enforced wherever it has any, and never make
   * somebody of its callers: what they see is all that they are for.
   */
  viewPrincipal(claims: Claims | undefined): Principal {
    const isEnforced = this.roles !== undefined || hasClaims(claims);
    const enforced = isEnforced ? this.visibilities : undefined;
    return new ConfiguredPrincipal(enforced, [], heldClaims(claims ?? {}), 'private');
  }

  /** What a caller with these claims, and nothing else, sees. */
  visibilityOf(claims: Claims): VisibilitySet {
    const held = heldClaims(claims);
    if (this.roles === undefined || this.rolesOf(held).includes('superAdmin')) return OPEN_VISIBILITY;
    return this.visibilities.of(held);
  }

  /** Without the block nobody said who may do what, and every verified token may do everything. */
  private rolesOf(held: HeldClaims): readonly Role[] {
    const { roles } = this;
    if (roles === undefined) return ROLES;
    return ROLES.filter((role) => roles[role]?.some((required) => grants(held, required)) ?? false);
  }
}

/** As `meetsClaims`, but what demands nothing gives nothing. */
function grants(held: HeldClaims, required: Claims): boolean {
  const demands = hasClaims(required) && Object.values(required).every((value) => valuesOf(value).length > 0);
  return demands && meetsClaims(held, required);
}
