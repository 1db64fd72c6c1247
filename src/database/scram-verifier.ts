import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** What PostgreSQL takes by default. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * What PostgreSQL stores instead of a password (RFC 5802, SCRAM-SHA-256; PostgreSQL documentation, `pg_authid`). Sent
 * in place of the password, it keeps that out of the statement and so out of every log. Undefined for a password
 * that is not plain ASCII: only the server knows how it will read that one.
 */
export async function scramVerifier(password: string): Promise<string | undefined> {
  if (!/^[\x20-\x7e]+$/.test(password)) return undefined;
  const salt = randomBytes(SALT_BYTES);
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  const serverKey = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
