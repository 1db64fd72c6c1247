import { isLoopbackUrl } from '../common/private-address.js';
import type { Environment } from './config-environment.js';
import type { Finding } from './config-problems.js';
import type { RegistryConfig } from './registry-config.js';

type Provider = NonNullable<RegistryConfig['auth']['oauth']>['providers'][number];

const PROVIDERS = ['auth', 'oauth', 'providers'] as const;
const GOOGLE_TOKENINFO = 'https://oauth2.googleapis.com/tokeninfo';
const ADDRESSES = ['issuerUrl', 'jwksUrl', 'introspectionUrl'] as const;

/** Providers that must not be used as they are written. */
export function authProblems({ auth }: RegistryConfig, env: Environment): Finding[] {
  if (auth.mode !== 'oauth') return [];
  const allowsHttp = /^(1|t|true)$/i.test(env['THV_REGISTRY_INSECURE_URL'] ?? '');
  return (auth.oauth?.providers ?? []).flatMap((provider, index) => [
    ...(allowsHttp ? [] : plainAddresses(provider, index)),
    ...(provider.introspectionUrl === GOOGLE_TOKENINFO && provider.audience === undefined
      ? [
          {
            path: [...PROVIDERS, index, 'audience'],
            message: 'is needed: everybody with a Google account has a token',
          },
        ]
      : []),
  ]);
}

function plainAddresses(provider: Provider, index: number): Finding[] {
  return ADDRESSES.filter((key) => {
    const url = provider[key];
    return url !== undefined && url.startsWith('http:') && !isLoopbackUrl(url);
  }).map((key) => ({
    path: [...PROVIDERS, index, key],
    message: 'must be https, unless it is on this machine or THV_REGISTRY_INSECURE_URL=true allows http',
  }));
}

/** What protection leaves unchecked or hidden without its author having said so in as many words. */
export function protectionNotices({ auth, sources, registries }: RegistryConfig): Finding[] {
  if (auth.mode !== 'oauth') return [];
  const unchecked = (auth.oauth?.providers ?? []).flatMap(providerNotices);
  if (auth.authz === undefined) {
    const message =
      'is not given: whoever has a valid token reads everything, whatever claims say, and has every role';
    return [...unchecked, { path: ['auth', 'authz'], message }];
  }
  const message = 'is not given: only superAdmin sees it';
  const hidden = [
    ...sources.map(({ claims }, index) => ({ claims, path: ['sources', index, 'claims'] })),
    ...registries.map(({ claims }, index) => ({ claims, path: ['registries', index, 'claims'] })),
  ].filter(({ claims }) => claims === undefined || Object.keys(claims).length === 0);
  return [...unchecked, ...hidden.map(({ path }) => ({ path, message }))];
}

function providerNotices(provider: Provider, index: number): Finding[] {
  const { issuerUrl, audience, introspectionUrl, clientId } = provider;
  const notices: (readonly [key: string, message: string])[] = [];
  if (issuerUrl === undefined)
    notices.push(['issuerUrl', 'is not given: the issuer of tokens is not checked']);
  if (audience === undefined) {
    notices.push(['audience', 'is not given: tokens that were issued for other services are accepted']);
  }
  if (introspectionUrl !== undefined && clientId === undefined) {
    notices.push(['clientId', 'is not given: introspection is asked for without credentials']);
  }
  return notices.map(([key, message]) => ({ path: [...PROVIDERS, index, key], message }));
}
