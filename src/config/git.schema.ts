import { z } from 'zod';
import {
  caCertPathKey,
  duration,
  maxSizeKey,
  oneOfWords,
  onAnyMap,
  presentKeys,
  text,
} from './config-values.js';

const GIT_ADDRESS = /^(https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/\/|git@)./;
const GIT_SECRETS = ['passwordFile', 'tokenFile', 'sshKeyFile'] as const;

const gitAuthSchema = z
  .strictObject({
    username: text().exactOptional().describe('User name for `passwordFile` or `tokenFile`.'),
    passwordFile: text().exactOptional().describe('File that holds the password.'),
    tokenFile: text().exactOptional().describe('File that holds an access token.'),
    sshKeyFile: text().exactOptional().describe('Private key for ssh addresses.'),
    knownHostsFile: text().exactOptional().describe('Host keys to trust for ssh addresses.'),
  })
  .superRefine((value, context) => {
    const secrets = presentKeys(value, GIT_SECRETS);
    if (secrets.length > 1) context.addIssue(`has ${oneOfWords(secrets, 'and')}: only one may be given`);
    if (secrets.length === 0) context.addIssue(`needs one of ${oneOfWords(GIT_SECRETS)}`);
    if (secrets[0] === 'passwordFile' && value.username === undefined) {
      context.addIssue('needs username beside passwordFile');
    }
  });

/** A folder or file in a git repository. */
export const gitSchema = z
  .strictObject({
    repository: text()
      .regex(GIT_ADDRESS, { error: 'must start with https://, http://, ssh://, git@, git:// or file:///' })
      .describe('Address of the repository.'),
    branch: text().exactOptional().describe('Branch to follow; the default branch when no ref is given.'),
    tag: text().exactOptional().describe('Tag to read, instead of a branch.'),
    commit: text()
      .exactOptional()
      .describe('Commit to read, instead of a branch: its id, or the first 7 characters or more.'),
    path: text()
      .prefault('registry.json')
      .describe('File, directory (its JSON and YAML files) or glob such as `servers/*/server.json`.'),
    auth: gitAuthSchema.exactOptional().describe('Credentials.'),
    caCertPath: caCertPathKey,
    timeout: duration().prefault('60s').describe('Longest time for one fetch.'),
    maxSize: maxSizeKey,
  })
  .refine((value) => presentKeys(value, ['branch', 'tag', 'commit']).length <= 1, {
    ...onAnyMap,
    error: 'only one of branch, tag or commit may be given',
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
  .meta({ id: 'git' });
