import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { env as inherited } from 'node:process';
import { rootCertificates } from 'node:tls';
import { DomainError } from '../../common/domain-error.js';
import { readSecretFile } from '../../common/secret-file.js';

/** A repository as the git program reaches it. */
export interface SystemAccess {
  /** Without user info. */
  readonly repository: string;
  readonly authorization?: string;
  readonly caCertPath?: string;
  readonly sshKeyFile?: string;
  readonly knownHostsFile?: string;
}

/** What git and its helpers get of our environment: where programs are, proxies, the agent. No secrets of ours. */
const HANDED_ON = [
  'PATH',
  'HOME',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
];
const SCHEMES: Readonly<Record<string, string>> = {
  'https:': 'https',
  'http:': 'http',
  'git:': 'git',
  'file:': 'file',
};

/**
 * The environment of all runs of git for one fetch. No configuration file of the machine or of a user counts, nothing
 * asks questions, and only the one protocol works. Secrets are handed over here, where `ps` does not show them;
 * copies of key files go into `directory`, which the caller removes.
 */
export async function gitEnvironment(
  access: SystemAccess,
  directory: string,
): Promise<Record<string, string>> {
  const settings = [
    ['remote.origin.url', access.repository],
    ['protocol.allow', 'never'],
    [`protocol.${protocolOf(access.repository)}.allow`, 'always'],
    // Credentials would follow; redirects were followed before, or end here.
    ['http.followRedirects', 'false'],
    ['fetch.fsckObjects', 'true'],
    ['gc.auto', '0'],
    // Contents are asked for by their ids; telling what is here already would fail.
    ['fetch.negotiationAlgorithm', 'noop'],
    ['maintenance.auto', 'false'],
    ['core.hooksPath', '/dev/null'],
  ];
  if (access.authorization !== undefined) {
    settings.push(['http.extraHeader', `Authorization: ${access.authorization}`]);
  }
  if (access.caCertPath !== undefined) {
    settings.push(['http.sslCAInfo', await writeAuthorities(access.caCertPath, directory)]);
  }
  // Only a file of the user's scope may say this. Whoever configured the path trusts it, whoever owns it.
  const userConfig = join(directory, 'gitconfig');
  await writeFile(userConfig, '[safe]\n\tdirectory = *\n');
  const handedOn = HANDED_ON.flatMap((name) => {
    const value = inherited[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(handedOn),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: userConfig,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: directory,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_VARIANT: 'ssh',
    GIT_SSH_COMMAND: await sshCommand(access, directory),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(settings.map(([key = ''], index) => [`GIT_CONFIG_KEY_${index}`, key])),
    ...Object.fromEntries(settings.map(([, value = ''], index) => [`GIT_CONFIG_VALUE_${index}`, value])),
  };
}

function protocolOf(repository: string): string {
  return URL.canParse(repository) ? (SCHEMES[new URL(repository).protocol] ?? 'ssh') : 'ssh';
}

async function sshCommand({ sshKeyFile, knownHostsFile }: SystemAccess, directory: string): Promise<string> {
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=10'];
  const words = ['ssh'];
  if (sshKeyFile !== undefined) {
    options.push('IdentitiesOnly=yes');
    words.push('-i', await copyKey(sshKeyFile, directory));
  }
  if (knownHostsFile !== undefined) {
    const copy = join(directory, 'known_hosts');
    await copyFile(resolve(knownHostsFile), copy).catch((error: unknown) => {
      throw unreadable('git.auth.knownHostsFile', knownHostsFile, error);
    });
    options.push(`UserKnownHostsFile=${copy}`, 'GlobalKnownHostsFile=/dev/null');
  }
  return [...words, ...options.flatMap((option) => ['-o', option])].map(quoted).join(' ');
}

/** ssh refuses a key that others may read, which mounted secrets usually are, and one without its last line end. */
async function copyKey(path: string, directory: string): Promise<string> {
  const copy = join(directory, 'ssh_key');
  const key = await readSecretFile(path, 'git.auth.sshKeyFile');
  await writeFile(copy, `${key.trimEnd()}\n`, { mode: 0o600 });
  return copy;
}

/** The program takes one file, and it replaces the usual authorities: they are written into it as well. */
async function writeAuthorities(path: string, directory: string): Promise<string> {
  const own = await readFile(path, 'latin1').catch((error: unknown) => {
    throw unreadable('git.caCertPath', path, error);
  });
  const bundle = join(directory, 'authorities.pem');
  await writeFile(bundle, [...rootCertificates, own].join('\n'));
  return bundle;
}

function unreadable(key: string, path: string, cause: unknown): DomainError {
  const { code } = cause as NodeJS.ErrnoException;
  return new DomainError('invalid-configuration', `${key}: ${path} cannot be read (${code})`, { cause });
}

/** For the shell that git gives the command to. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
