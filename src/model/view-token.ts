import { createHash, randomBytes } from 'node:crypto';

/** By which scanners of secrets, and people, tell a token of a client view. */
const PREFIX = 'thvv_';
/** 256 bits of chance: as many characters of base64url. */
const RANDOM_BYTES = 32;
const MIN_LENGTH = 43;
const MAX_LENGTH = 128;
const TOKEN = new RegExp(`^[A-Za-z0-9_-]{${MIN_LENGTH},${MAX_LENGTH}}$`);
const MADE_HERE = new RegExp(`${PREFIX}[A-Za-z0-9_-]{${MIN_LENGTH - PREFIX.length},}`, 'g');

/** A new token of a client view; nobody can guess it. */
export function makeViewToken(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/** True for what can be the token of a client view: 43 to 128 characters of base64url. */
export function isViewToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Text without the tokens that were made here: a client may write one into any part of an address. */
export function withoutViewTokens(text: string): string {
  return text.includes(PREFIX) ? text.replace(MADE_HERE, '[redacted]') : text;
}

/** What is kept of a token: SHA-256 in lower-case hexadecimal. Chance needs no salt. */
export function hashViewToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
