import { DomainError, type DomainErrorCode } from '../../common/domain-error.js';
import { GitFailed } from './git-process.js';

/** What git (with `LC_ALL=C`) and ssh complain, from the particular to the general, and what to change. */
const COMPLAINTS: readonly (readonly [pattern: RegExp, code: DomainErrorCode, message: string])[] = [
  [
    /Could not resolve (host|hostname|proxy)|Name or service not known|unable to look up/i,
    'upstream-unresolved',
    'cannot be reached: its name is not known',
  ],
  [
    /Connection refused|No route to host|Network is unreachable|Failed to connect|Could not connect/i,
    'upstream-refused',
    'accepts no connection',
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Offending .* key in/i,
    'upstream-untrusted',
    'has another host key than the file of git.auth.knownHostsFile says: somebody may stand in between, or the host ' +
      'has a new key; ask its owner before the file is changed',
  ],
  [
    /Host key verification failed|host key is known/i,
    'upstream-untrusted',
    'has a host key that is not known: add it to the file of git.auth.knownHostsFile (ssh-keyscan prints it)',
  ],
  [
    /SSL certificate|server certificate|CAfile/i,
    'upstream-untrusted',
    'has a certificate that is not trusted: set git.caCertPath',
  ],
  [
    /invalid format|error in libcrypto|passphrase/i,
    'invalid-configuration',
    'refuses the file of git.auth.sshKeyFile: it must be a private key without a passphrase',
  ],
  [
    /Permission denied \(|Authentication failed|could not read (Username|Password)|error: 401/i,
    'upstream-unauthorized',
    'refuses the credentials: check git.auth',
  ],
  [/error: 403/i, 'upstream-forbidden', 'answered 403: git.auth does not allow reading this repository'],
  [
    /not our ref|couldn't find remote ref|unadvertised object/i,
    'ref-not-found',
    'does not hand out this branch, tag or commit',
  ],
  [
    /does not appear to be a git repository|not found|does not exist|No such file/i,
    'upstream-not-found',
    'is not there, or not for these credentials: check git.repository and git.auth',
  ],
  [/Connection timed out|Operation timed out|timeout/i, 'time-limit-exceeded', 'did not answer in time'],
  [
    /early EOF|unexpected disconnect|hung up|index-pack failed|RPC failed/i,
    'upstream-truncated',
    'sent only a part of the repository; the next round tries again',
  ],
];
const SHOWN = 200;

/** Gives a failed run of git its code and says what to change. Other errors stay what they are. */
export function explainSystemGit(error: unknown, what: string): unknown {
  if (!(error instanceof GitFailed)) return error;
  for (const [pattern, code, message] of COMPLAINTS) {
    if (pattern.test(error.stderr)) return new DomainError(code, `${what} ${message}`, { cause: error });
  }
  const lines = error.stderr.split('\n').filter((line) => /^(fatal|error):/.test(line));
  const said = (lines.at(-1) ?? 'it gave no reason').replaceAll(/\/\/[^/@\s]*@/g, '//').slice(0, SHOWN);
  return new DomainError('upstream-failed', `${what} could not be read by git: ${said}`, { cause: error });
}
