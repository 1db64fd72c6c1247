import { formatDuration } from '../common/duration.js';
import type { ApiSettings, FileSettings, GitSettings, SourceConfig } from '../config/registry-config.js';

/** Shown in place of what is there and nobody's business. */
const HIDDEN = '***';

/**
 * The settings of a source by the names of the configuration, as they may be shown: neither secrets, nor the paths of
 * files that hold some, nor inline data, nor what addresses carry besides scheme, host and path. Each setting is named
 * here, so that a new one is not shown before somebody has decided about it.
 */
export function shownSettings(source: SourceConfig): object {
  switch (source.kind) {
    case 'git':
      return gitSettings(source.git);
    case 'api':
      return apiSettings(source.api);
    case 'file':
      return fileSettings(source.file);
    case 'kubernetes': {
      const { namespaces, maxSize } = source.kubernetes;
      return present({ namespaces, maxSize });
    }
    case 'managed':
      return {};
  }
}

function gitSettings(git: GitSettings): object {
  const { branch, tag, commit, path, caCertPath, timeoutMs, maxSize, auth } = git;
  return present({
    repository: shownAddress(git.repository),
    branch,
    tag,
    commit,
    path,
    auth: auth && present({ username: auth.username, type: gitAuthType(auth) }),
    caCertPath,
    timeout: formatDuration(timeoutMs),
    maxSize,
  });
}

function gitAuthType(auth: NonNullable<GitSettings['auth']>): string {
  if (auth.sshKeyFile !== undefined) return 'sshKey';
  return auth.tokenFile === undefined ? 'password' : 'token';
}

function apiSettings(api: ApiSettings): object {
  const { timeoutMs, auth, headers, caCertPath, incremental, fullSyncIntervalMs, maxSize } = api;
  return present({
    endpoint: shownAddress(api.endpoint),
    timeout: formatDuration(timeoutMs),
    auth: auth && apiAuth(auth),
    headers: headers && Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN])),
    caCertPath,
    incremental,
    fullSyncInterval: formatDuration(fullSyncIntervalMs),
    maxSize,
  });
}

function apiAuth({ clientCredentials }: NonNullable<ApiSettings['auth']>): object {
  if (clientCredentials === undefined) return { type: 'token' };
  const { tokenUrl, clientId, scopes } = clientCredentials;
  return present({ type: 'clientCredentials', tokenUrl: shownAddress(tokenUrl), clientId, scopes });
}

function fileSettings({ path, url, data, timeoutMs, caCertPath, maxSize }: FileSettings): object {
  return present({
    path,
    url: url === undefined ? undefined : shownAddress(url),
    // Only how much there is: it may be as large as `maxSize`.
    dataLength: data?.length,
    timeout: url === undefined ? undefined : formatDuration(timeoutMs),
    caCertPath,
    maxSize,
  });
}

/** An address without credentials: they travel as user, password, query, or behind a `#`. */
export function shownAddress(address: string): string {
  if (!address.includes('://') || !URL.canParse(address))
    return address.replace(/^[^@/]*:[^@/]*@/, `${HIDDEN}@`).replace(/[?#].*$/s, '');
  const url = new URL(address);
  // Over ssh the user is part of the place; everywhere else it may be a token.
  if (url.protocol !== 'ssh:') url.username = '';
  url.password = '';
  url.hash = '';
  if (url.search !== '') url.search = HIDDEN;
  return url.href;
}

/** `members` without those that are undefined. */
function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
