import { DomainError } from '../common/domain-error.js';
import type { Override } from './config-environment.js';

/** Flags of the command line that stand above file and environment. */
export interface ConfigFlags {
  /** `--auth-mode` */
  readonly authMode?: string | undefined;
  readonly oidcIssuer?: string | undefined;
  readonly oidcAudience?: string | undefined;
  readonly oidcJwksUrl?: string | undefined;
  readonly oidcIntrospectionUrl?: string | undefined;
  readonly oidcClientId?: string | undefined;
  /** `--oidc-client-secret`; it stays out of the configuration's tree, which messages may quote. */
  readonly oidcClientSecret?: string | undefined;
  /** `--oidc-scopes`, `openid` when absent. */
  readonly oidcScopes?: readonly string[] | undefined;
}

/**
 * What the flags set. The OIDC flags make one provider and switch auth on. Throws `invalid-configuration` when flags
 * contradict each other, or ask for checks that nothing would make.
 */
export function flagOverrides(flags: ConfigFlags): Override[] {
  const { authMode, oidcIssuer, oidcJwksUrl, oidcIntrospectionUrl, oidcAudience, oidcClientId, oidcScopes } =
    flags;
  const addresses = [oidcIssuer, oidcJwksUrl, oidcIntrospectionUrl].filter((value) => value !== undefined);
  if (addresses.length === 0) {
    const others = [oidcAudience, oidcClientId, oidcScopes, flags.oidcClientSecret];
    if (others.some((value) => value !== undefined)) {
      throw refusal('the --oidc flags need --oidc-issuer, --oidc-jwks-url or --oidc-introspection-url');
    }
    return authMode === undefined
      ? []
      : [{ path: ['auth', 'mode'], variable: '--auth-mode', value: authMode }];
  }
  if (authMode !== undefined && authMode !== 'oauth') {
    throw refusal(`--auth-mode ${authMode} contradicts the --oidc flags, which switch authentication on`);
  }
  const provider = {
    name: 'oidc',
    issuerUrl: oidcIssuer,
    audience: oidcAudience,
    jwksUrl: oidcJwksUrl,
    introspectionUrl: oidcIntrospectionUrl,
    clientId: oidcClientId,
  };
  const given = Object.fromEntries(Object.entries(provider).filter(([, value]) => value !== undefined));
  const variable = '--oidc flags';
  return [
    { path: ['auth', 'mode'], variable, value: 'oauth' },
    { path: ['auth', 'oauth', 'providers'], variable, value: [given] },
    { path: ['auth', 'oauth', 'scopesSupported'], variable, value: oidcScopes ?? ['openid'] },
  ];
}

function refusal(message: string): DomainError {
  return new DomainError('invalid-configuration', message, { problems: [{ message }] });
}
