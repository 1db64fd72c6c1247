import { DomainError } from '../common/domain-error.js';
import { readSecretFile } from '../common/secret-file.js';
import type { DatabaseConfig } from '../config/registry-config.js';

/** `runtime` serves and syncs; `migration` changes the schema. */
export type DatabaseRole = 'runtime' | 'migration';

/** The user of a role: whoever migrates is the user at run time, unless another one is named. */
export function databaseUser(config: DatabaseConfig, role: DatabaseRole): string {
  return role === 'migration' ? (config.migrationUser ?? config.user) : config.user;
}

/**
 * The password for a role: its file, else what configuration or environment hold; a migration user without one of its
 * own has the normal one. Asked for only when the server wants one.
 * @throws DomainError `invalid-configuration` when there is none, or the file cannot be used
 */
export async function postgresPassword(config: DatabaseConfig, role: DatabaseRole): Promise<string> {
  if (role === 'migration') {
    const { migrationPasswordFile, migrationPassword } = config;
    if (migrationPasswordFile !== undefined) {
      return readSecretFile(migrationPasswordFile, 'database.migrationPasswordFile');
    }
    if (migrationPassword !== undefined) return migrationPassword;
  }
  if (config.passwordFile !== undefined) return readSecretFile(config.passwordFile, 'database.passwordFile');
  if (config.password !== undefined) return config.password;
  const key = role === 'migration' ? 'migrationPasswordFile' : 'passwordFile';
  throw new DomainError(
    'invalid-configuration',
    `The database asks for a password and none is configured: set database.${key}`,
  );
}
