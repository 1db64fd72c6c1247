import { Strategy } from 'passport-jwt';
import { isDomainError } from '../common/domain-error.js';
import { cutText } from '../model/bounded-text.js';
import { bearerToken, invalidToken } from './bearer-token.js';
import type { KeySet } from './key-set.js';
import type { ProviderSettings } from './provider-settings.js';
import { ALGORITHMS, readUnverified, type UnverifiedToken } from './unverified-token.js';

/** Difference between clocks that is forgiven, in seconds. */
const LEEWAY_SECONDS = 30;

/** Passport's JWT strategy for the tokens of one provider: signature, algorithm, times, issuer and audience. */
export function jwtStrategy({ issuerUrl, audience }: ProviderSettings, keys: KeySet): Strategy {
  return new Strategy(
    {
      jwtFromRequest: (request) => bearerToken(request) ?? null,
      secretOrKeyProvider: (_request, token: string, done) => {
        void giveKey(token, keys, done);
      },
      jsonWebTokenOptions: { clockTolerance: LEEWAY_SECONDS },
      algorithms: [...ALGORITHMS],
      ...(issuerUrl !== undefined && { issuer: issuerUrl }),
      ...(audience !== undefined && { audience }),
    },
    (claims: Record<string, unknown>, done) => {
      if (typeof claims['exp'] === 'number') done(null, claims);
      else done(null, false, invalidToken('token has no exp claim'));
    },
  );
}

async function giveKey(
  token: string,
  keys: KeySet,
  done: (error: unknown, key?: string) => void,
): Promise<void> {
  const [error, key] = await keyFor(readUnverified(token), keys).then(
    (found) => [null, found] as const,
    (reason: unknown) => [reason] as const,
  );
  done(error, key);
}

/** @throws DomainError `invalid-token` for a token that no key of the provider can have signed */
async function keyFor(token: UnverifiedToken | undefined, keys: KeySet): Promise<string> {
  const { algorithm, keyId, critical } = token ?? {};
  if (!ALGORITHMS.some((known) => known === algorithm)) {
    throw invalidToken(`unexpected signing method: ${shown(algorithm)}`);
  }
  if (critical !== undefined) throw invalidToken('token asks for extensions that are not known');
  if (typeof keyId !== 'string' || keyId === '') throw invalidToken('token header missing kid');
  const key = await keys.find(keyId);
  if (key === undefined) throw invalidToken(`key ID ${shown(keyId)} not found in JWKS`);
  const { alg } = key as { readonly alg?: string };
  if (alg !== undefined && alg !== algorithm) throw invalidToken(`key ID ${shown(keyId)} is for ${alg}`);
  return key.getPublicKey();
}

/** The causes of the verifier in words that do not tell what would have been accepted. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: string])[] = [
  [/^jwt expired/, 'token is expired'],
  [/^jwt not active/, 'token is not valid yet'],
  [/^jwt issuer invalid/, 'invalid issuer'],
  [/^jwt audience invalid/, 'invalid audience'],
  [/^invalid (exp|nbf) value/, 'token has times that are no numbers'],
];

/** Why a token was refused. */
export function refusalOf(info: unknown): Error {
  if (isDomainError(info)) return info;
  const message = info instanceof Error ? info.message : '';
  const cause = CAUSES.find(([pattern]) => pattern.test(message))?.[1];
  return invalidToken(cause ?? 'token signature is invalid');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? cutText(value, 60) : 'none';
}
