import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Header members and claims of a token; undefined leaves a usual one out. */
export type TokenParts = Readonly<Record<string, unknown>>;

const HASHES: Readonly<Record<string, string>> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' };
const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** A key pair that signs tokens, whatever they say. */
export class SigningKey {
  private readonly keys: { privateKey: KeyObject; publicKey: KeyObject };

  constructor(
    readonly kid: string,
    readonly algorithm = 'RS256',
  ) {
    const namedCurve = CURVES[algorithm];
    this.keys =
      namedCurve === undefined
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve });
  }

  /** The public key as key sets have it. */
  get publicJwk(): object {
    return this.jwk(this.keys.publicKey);
  }

  /** With the private members, for a provider that signs by itself. */
  get privateJwk(): object {
    return this.jwk(this.keys.privateKey);
  }

  /** The public key as text: what a forger would use as a shared secret. */
  get publicPem(): string {
    return this.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** A signed token. */
  sign(claims: TokenParts, header: TokenParts = {}): string {
    const input = `${encode({ alg: this.algorithm, kid: this.kid, typ: 'JWT', ...header })}.${encode(claims)}`;
    const key = this.algorithm.startsWith('ES')
      ? { key: this.keys.privateKey, dsaEncoding: 'ieee-p1363' as const }
      : { key: this.keys.privateKey, ...(this.algorithm.startsWith('PS') && { padding: 6, saltLength: -1 }) };
    const signature = sign(HASHES[this.algorithm.slice(2)], Buffer.from(input), key);
    return `${input}.${signature.toString('base64url')}`;
  }

  private jwk(key: KeyObject): object {
    return { ...key.export({ format: 'jwk' }), kid: this.kid, alg: this.algorithm, use: 'sig' };
  }
}

/** The first two parts of a token, which need no key. */
export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Seconds since 1970, `offset` seconds from now. */
export function seconds(offset: number): number {
  return Math.floor(Date.now() / 1000) + offset;
}
