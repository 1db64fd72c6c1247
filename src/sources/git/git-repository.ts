import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../common/domain-error.js';
import { upstreamName } from '../../common/upstream-problem.js';
import type { GitSettings } from '../../config/registry-config.js';
import { authorizationFor, withoutUserInfo } from './git-auth.js';
import { PACK_LIMIT, PACK_LIMIT_WITHOUT_GIT } from './git-limits.js';
import { hasGitProgram } from './git-process.js';
import { HttpTransport } from './http-transport.js';
import { SystemGit } from './system-git.js';
import type { GitTransport } from './git-transport.js';

/** The ways to one repository, chosen by its address. */
export interface GitRepository {
  /** The way to take first. */
  readonly first: GitTransport;
  /** True when `first` is the git program of the machine. */
  readonly isByProgram: boolean;
  /** The git program, for what `first` finds too large or cannot do. */
  program(): Promise<SystemGit>;
}

/**
 * Prepares a fetch: http and https are read by isomorphic-git, everything else by the git program of the machine.
 * `scratch` is a directory for temporary files, which the caller removes.
 * @throws DomainError when a file of the settings cannot be used
 */
export async function openRepository(
  settings: GitSettings,
  scratch: string,
  signal: AbortSignal,
): Promise<GitRepository> {
  const keys = join(scratch, 'keys');
  await mkdir(keys);
  const { repository, caCertPath, timeoutMs } = settings;
  if (!/^https?:/.test(repository)) {
    const system = new SystemGit(systemAccess(settings), nameOf(repository), keys, signal);
    return { first: system, isByProgram: true, program: async () => system };
  }
  const url = parseUrl(repository);
  const authorization = await authorizationFor(settings.auth, url);
  const address = withoutUserInfo(url);
  const access = {
    repository: `${address.origin}${address.pathname.replace(/\/+$/, '')}`,
    timeoutMs,
    packLimit: (await hasGitProgram()) ? PACK_LIMIT : PACK_LIMIT_WITHOUT_GIT,
    ...(caCertPath !== undefined && { caCertPath }),
    ...(authorization !== undefined && { authorization }),
  };
  const first = new HttpTransport(access, signal);
  const program = async () => {
    const located = await first.locate();
    return new SystemGit(located, upstreamName(located.repository), keys, signal);
  };
  return { first, isByProgram: false, program };
}

function systemAccess({ repository, auth }: GitSettings) {
  const secret = auth?.tokenFile ?? auth?.passwordFile;
  if (secret !== undefined) {
    const message = `${nameOf(repository)} takes no password or token: use git.auth.sshKeyFile, or an https address`;
    throw new DomainError('invalid-configuration', message);
  }
  const { sshKeyFile, knownHostsFile } = auth ?? {};
  return {
    repository: checked(repository),
    ...(sshKeyFile !== undefined && { sshKeyFile }),
    ...(knownHostsFile !== undefined && { knownHostsFile }),
  };
}

/** ssh would take a host or a user that begins with a hyphen for an option. */
function checked(repository: string): string {
  const host = URL.canParse(repository) ? new URL(repository).host : repository.slice('git@'.length);
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (host.startsWith('-') || /\/\/-|[\u0000-\u001f]/.test(repository)) {
    throw new DomainError('invalid-configuration', 'git.repository is not an address that git may be given');
  }
  return repository;
}

function nameOf(repository: string): string {
  return URL.canParse(repository) ? upstreamName(repository) : repository;
}

function parseUrl(repository: string): URL {
  if (URL.canParse(repository)) return new URL(repository);
  throw new DomainError('invalid-configuration', 'git.repository is not an address');
}
