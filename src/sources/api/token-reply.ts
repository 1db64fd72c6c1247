import { z } from 'zod';
import { DomainError } from '../../common/domain-error.js';

/** A token and how long it is good for, in milliseconds. */
export interface AccessToken {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** Taken for the life of a token whose issuer does not state it, in seconds. */
const DEFAULT_LIFETIME_S = 300;

const replySchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  // Some issuers write the number as text.
  expires_in: z.coerce.number().positive().catch(DEFAULT_LIFETIME_S),
});

/**
 * Reads the answer of a token endpoint (RFC 6749, 5.1).
 * @throws DomainError `upstream-failed`, which names the members that are wrong and quotes none
 */
export function readTokenReply(text: string, what: string): AccessToken {
  const reply = replySchema.safeParse(parse(text));
  if (reply.success) {
    return { token: reply.data.access_token, lifetimeMs: reply.data.expires_in * 1000 };
  }
  const members = reply.error.issues.map(({ path }) => path.join('.')).filter((path) => path !== '');
  const wrong = members.length === 0 ? 'no object' : `no usable ${members.join(' and ')}`;
  throw new DomainError('upstream-failed', `${what} answers with ${wrong}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
