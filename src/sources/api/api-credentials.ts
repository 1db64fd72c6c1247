import { DomainError } from '../../common/domain-error.js';
import { readSecretFile } from '../../common/secret-file.js';
import type { ApiSettings } from '../../config/registry-config.js';
import type { AccessTokens, CredentialsRequest } from './access-tokens.js';

/** Knows what to send as `Authorization`. Its errors name files and addresses, never what is in them. */
export interface Credentials {
  /** @throws DomainError `invalid-configuration`, `upstream-…`, `time-limit-exceeded`, `aborted` */
  header(request: CredentialsRequest): Promise<string>;
}

/** What an `Authorization` header can carry as a bearer token (RFC 6750, 2.1; laxer, as issuers are). */
const TOKEN = /^[\x21-\x7e]+$/;

/** The credentials that the settings name; undefined when they name none. */
export function credentialsOf(settings: ApiSettings, tokens: AccessTokens): Credentials | undefined {
  const { tokenFile, clientCredentials } = settings.auth ?? {};
  if (tokenFile !== undefined) return { header: () => tokenFromFile(tokenFile) };
  if (clientCredentials === undefined) return undefined;
  return { header: async (request) => bearer(await tokens.get({ settings, clientCredentials, ...request })) };
}

/** Read for each request, so that a rotated token counts at once. */
async function tokenFromFile(path: string): Promise<string> {
  const token = await readSecretFile(path, 'api.auth.tokenFile');
  if (TOKEN.test(token)) return bearer(token);
  throw new DomainError('invalid-configuration', `api.auth.tokenFile: ${path} holds no bearer token`);
}

function bearer(token: string): string {
  return `Bearer ${token}`;
}
