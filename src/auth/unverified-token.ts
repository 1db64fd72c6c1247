/** Algorithms that are accepted: those in which the verifier's key is public. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

/** What a JSON Web Token says of itself. Nothing of it is true before its signature is verified. */
export interface UnverifiedToken {
  readonly algorithm: unknown;
  readonly keyId: unknown;
  /** Names extensions without which it must not be understood (RFC 7515, 4.1.11); none is known here. */
  readonly critical: unknown;
  readonly issuer: unknown;
  readonly audiences: readonly unknown[];
}

/** Reads a token without verifying it; undefined for one that is not in the form of a JSON Web Token (RFC 7519). */
export function readUnverified(token: string): UnverifiedToken | undefined {
  const parts = token.split('.', 4);
  const [head, payload] = parts;
  if (parts.length !== 3 || head === undefined || payload === undefined) return undefined;
  const header = decode(head);
  const claims = decode(payload);
  if (header === undefined || claims === undefined) return undefined;
  const { aud } = claims;
  return {
    algorithm: header['alg'],
    keyId: header['kid'],
    critical: header['crit'],
    issuer: claims['iss'],
    audiences: Array.isArray(aud) ? aud : [aud],
  };
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
