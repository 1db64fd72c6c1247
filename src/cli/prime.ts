import 'reflect-metadata';
import { DomainError } from '../common/domain-error.js';
import { readSecretFile } from '../common/secret-file.js';
import { loadConfig } from '../config/config.loader.js';
import type { DatabaseConfig } from '../config/registry-config.js';
import { configuredPassword, databaseUser } from '../database/postgres-login.js';
import { withMigrationUser } from '../database/postgres-opening.js';
import { makeRuntimeUser, runtimeUserStatements, userNameProblem } from '../database/runtime-user.js';
import { askSecret, readPipedLine, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** What `prime` is asked for. */
export interface PrimeOptions {
  readonly config: string | undefined;
  /** The configured `database.user` when absent. */
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  /** Print the statements, without a password, and run none. */
  readonly dryRun: boolean;
  readonly terminal: Terminal;
}

/**
 * Makes the role of the serving program and a user that holds it. Returns what to print.
 * @throws DomainError when there is no database, no password, or the migration user may not
 */
export async function runPrime(options: PrimeOptions): Promise<string> {
  const { config } = await loadConfig({ path: options.config });
  const { database } = config;
  if (database === undefined) {
    const hint = 'the embedded store has no users; configure database, or leave prime out';
    throw new DomainError('invalid-configuration', `There is no database to prime: ${hint}`);
  }
  const name = options.user ?? database.user;
  const problem = userNameProblem(name);
  if (problem !== undefined) throw new UsageError(problem);
  const owner = databaseUser(database, 'migration');
  if (name === owner) {
    throw new DomainError(
      'conflict',
      `${name} changes the schema too, so it cannot be kept from it: set database.migrationUser to another user`,
    );
  }
  if (options.dryRun) {
    const statements = await runtimeUserStatements({ name, owner });
    return `${statements.join(';\n')};\n-- and the password: \\password ${name}\n`;
  }
  const password = await findPassword(options, database, name);
  const statements = await runtimeUserStatements({ name, password, owner });
  await withMigrationUser(database, (dataSource) => makeRuntimeUser(dataSource, statements));
  return `User ${name} may read and write what ${owner} makes, and change no schema\n`;
}

async function findPassword(options: PrimeOptions, database: DatabaseConfig, name: string): Promise<string> {
  const { passwordFile, terminal } = options;
  if (passwordFile !== undefined) return readSecretFile(passwordFile, '--password-file');
  const configured = name === database.user ? await configuredPassword(database, 'runtime') : undefined;
  if (configured !== undefined) return configured;
  const password =
    terminal.input.isTTY === true
      ? await askSecret(`Password for ${name}: `, terminal)
      : await readPipedLine(terminal.input);
  if (password !== '') return password;
  throw new DomainError(
    'invalid-configuration',
    `There is no password for ${name}: give --password-file, set database.passwordFile, or pipe it in`,
  );
}
