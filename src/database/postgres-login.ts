import { DomainError } from '../common/domain-error.js';
import { readSecretFile } from '../common/secret-file.js';
import { pgpassPath } from '../config/pgpass-path.js';
import type { DatabaseConfig } from '../config/registry-config.js';
import { lookUpPgpass } from './pgpass.js';

/** `runtime` serves and syncs; `migration` changes the schema. */
export type DatabaseRole = 'runtime' | 'migration';

/** The user of a role: whoever migrates is the user at run time, unless another one is named. */
export function databaseUser(config: DatabaseConfig, role: DatabaseRole): string {
  return role === 'migration' ? (config.migrationUser ?? config.user) : config.user;
}

/**
 * The password of a role: from its file, else from environment or configuration, else from PostgreSQL's own password
 * file; a migration user without one of its own has the normal one. Asked for only when the server wants one.
 * @throws DomainError `invalid-configuration` when there is none, or a file cannot be used
 */
export async function postgresPassword(config: DatabaseConfig, role: DatabaseRole): Promise<string> {
  const configured = await configuredPassword(config, role);
  if (configured !== undefined) return configured;
  const { host, port, database } = config;
  const user = databaseUser(config, role);
  const { password, ignored } = await lookUpPgpass(pgpassPath(), { host, port, database, user });
  if (password !== undefined) return password;
  const key = role === 'migration' ? 'migrationPasswordFile' : 'passwordFile';
  const reason = ignored === undefined ? '' : ` (${ignored})`;
  throw new DomainError(
    'invalid-configuration',
    `The database asks for the password of ${user} and none is configured: set database.${key}${reason}`,
  );
}

/**
 * The password that the configuration has for a role; `undefined` when it has none.
 * @throws DomainError `invalid-configuration` when its file cannot be used
 */
export async function configuredPassword(
  config: DatabaseConfig,
  role: DatabaseRole,
): Promise<string | undefined> {
  if (role === 'migration') {
    const { migrationPasswordFile, migrationPassword } = config;
    if (migrationPasswordFile !== undefined) {
      return readSecretFile(migrationPasswordFile, 'database.migrationPasswordFile');
    }
    if (migrationPassword !== undefined) return migrationPassword;
  }
  if (config.passwordFile !== undefined) return readSecretFile(config.passwordFile, 'database.passwordFile');
  return config.password;
}
