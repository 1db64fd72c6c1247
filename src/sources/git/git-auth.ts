import { DomainError } from '../../common/domain-error.js';
import { readSecretFile } from '../../common/secret-file.js';
import type { GitSettings } from '../../config/registry-config.js';

/** How hosts want an access token when no user name is configured; a self-hosted one is known by its first label. */
const TOKEN_HABITS: readonly (readonly [host: RegExp, credentials: (token: string) => string])[] = [
  [/^(.+\.)?github\.|\.ghe\.com$/, (token) => `x-access-token:${token}`],
  [/^(.+\.)?gitlab\./, (token) => `oauth2:${token}`],
  [/^(.+\.)?bitbucket\./, (token) => `x-token-auth:${token}`],
  [/^(.+\.)?dev\.azure\.com$|\.visualstudio\.com$/, (token) => `:${token}`],
  [/^(gitea|forgejo|codeberg)\./, (token) => `${token}:x-oauth-basic`],
];

/**
 * The `Authorization` header for a repository behind http, or undefined for an open one. Files are read each time,
 * so that a changed secret works from the next round on.
 * @throws DomainError when the file of a secret cannot be read, or the kind of secret does not fit the address
 */
export async function authorizationFor(
  auth: GitSettings['auth'],
  repository: URL,
): Promise<string | undefined> {
  if (auth === undefined) return embedded(repository);
  if (auth.sshKeyFile !== undefined) {
    const message = 'git.auth.sshKeyFile works with ssh addresses only: use tokenFile or passwordFile';
    throw new DomainError('invalid-configuration', message);
  }
  if (auth.passwordFile !== undefined) {
    const password = await readSecretFile(auth.passwordFile, 'git.auth.passwordFile');
    return basic(`${auth.username ?? ''}:${password}`);
  }
  if (auth.tokenFile === undefined) return undefined;
  const token = await readSecretFile(auth.tokenFile, 'git.auth.tokenFile');
  return tokenHeader(token, repository.hostname, auth.username);
}

/** The header for an access token: as `username` has it, else by the habits of the host, else a bearer token. */
export function tokenHeader(token: string, host: string, username?: string): string {
  if (username !== undefined) return basic(`${username}:${token}`);
  const habit = TOKEN_HABITS.find(([pattern]) => pattern.test(host));
  return habit === undefined ? `Bearer ${token}` : basic(habit[1](token));
}

/** The address without the user name and password that some write into it. */
export function withoutUserInfo(repository: URL): URL {
  const bare = new URL(repository);
  bare.username = '';
  bare.password = '';
  return bare;
}

/**
 * True when credentials for `own` may be sent to `other`: to the same origin, or to the same host where it moved
 * from http to https.
 */
export function mayShareCredentials(own: URL, other: URL): boolean {
  if (own.origin === other.origin) return true;
  const secured = own.protocol === 'http:' && other.protocol === 'https:';
  return secured && own.hostname === other.hostname && own.port === '' && other.port === '';
}

function embedded({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return basic(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
