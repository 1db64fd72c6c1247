import { boundedFetch } from '../../common/bounded-fetch.js';
import { DomainError } from '../../common/domain-error.js';
import { readSecretFile } from '../../common/secret-file.js';
import { upstreamName, upstreamProblem } from '../../common/upstream-problem.js';
import type { ApiSettings } from '../../config/registry-config.js';
import { readTokenReply, type AccessToken } from './token-reply.js';

type ClientCredentials = NonNullable<NonNullable<ApiSettings['auth']>['clientCredentials']>;

/** When credentials are wanted. */
export interface CredentialsRequest {
  readonly signal: AbortSignal;
  /** The last ones were refused: whatever is remembered counts no longer. */
  readonly fresh: boolean;
}

/** Whose token is wanted. */
export interface TokenRequest extends CredentialsRequest {
  readonly settings: ApiSettings;
  readonly clientCredentials: ClientCredentials;
}

/** How a client may prove who it is (RFC 6749, 2.3.1): what every server must know first, then what some insist on. */
const CLIENT_AUTHENTICATION = ['header', 'body'] as const;
type ClientAuthentication = (typeof CLIENT_AUTHENTICATION)[number];

/** Answers of token endpoints are small. */
const MAX_REPLY_BYTES = 1024 * 1024;
/** A token is renewed so many milliseconds before it ends, as requests take their time… */
const MARGIN_MS = 30_000;
/** …or after this part of its life, when it is a short one. */
const USABLE_PART = 0.8;

/** Access tokens of the client credentials grant (RFC 6749, 4.4), kept from round to round until shortly before their end. */
export class AccessTokens {
  private readonly kept = new Map<string, { readonly token: string; readonly usableUntil: number }>();

  /** @throws DomainError `invalid-configuration`, `upstream-…`, `time-limit-exceeded`, `aborted` */
  async get(request: TokenRequest): Promise<string> {
    const key = JSON.stringify(request.clientCredentials);
    const known = this.kept.get(key);
    if (known !== undefined && !request.fresh && Date.now() < known.usableUntil) return known.token;
    this.kept.delete(key);
    const { token, lifetimeMs } = await ask(request);
    const usableMs = Math.max(lifetimeMs - MARGIN_MS, lifetimeMs * USABLE_PART);
    this.kept.set(key, { token, usableUntil: Date.now() + usableMs });
    return token;
  }
}

async function ask(request: TokenRequest): Promise<AccessToken> {
  const { tokenUrl, clientSecretFile } = request.clientCredentials;
  const what = `The token endpoint ${upstreamName(tokenUrl)}`;
  const secret = await readSecretFile(clientSecretFile, 'api.auth.clientCredentials.clientSecretFile');
  let refusal: DomainError | undefined;
  for (const way of CLIENT_AUTHENTICATION) {
    const response = await send(request, secret, way);
    if (response.status === 200) return readTokenReply(await response.text(), what);
    response.discard();
    refusal ??= upstreamProblem(response.status, what);
    // Servers that want the other way answer one of these.
    if (response.status !== 400 && response.status !== 401) break;
  }
  throw refusal ?? new DomainError('upstream-failed', `${what} gave no answer`);
}

function send(
  { settings, clientCredentials, signal }: TokenRequest,
  secret: string,
  way: ClientAuthentication,
) {
  const { tokenUrl, clientId, scopes = [] } = clientCredentials;
  const { timeoutMs, caCertPath } = settings;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  if (way === 'body') {
    form.set('client_id', clientId);
    form.set('client_secret', secret);
  }
  const authorization = `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(secret)}`).toString('base64')}`;
  return boundedFetch({
    url: tokenUrl,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(way === 'header' && { authorization }),
    },
    body: form.toString(),
    signal,
    timeoutMs,
    maxBytes: MAX_REPLY_BYTES,
    ...(caCertPath !== undefined && { caCertPath }),
  });
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
