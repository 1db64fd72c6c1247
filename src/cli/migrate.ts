import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { loadConfig } from '../config/config.loader.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { dataSourceOptions } from '../database/data-source.js';
import { EmbeddedAccess } from '../database/embedded-access.js';
import { databaseUser } from '../database/postgres-login.js';
import { withMigrationUser } from '../database/postgres-opening.js';
import {
  migrateDown,
  migrateUp,
  readSchemaState,
  refuseNewerSchema,
  type SchemaState,
} from '../database/schema-migration.js';
import { askLine, type Terminal } from './terminal.js';

/** What the commands on the schema have in common. */
export interface MigrateOptions {
  readonly config: string | undefined;
  /** Go on without asking. */
  readonly yes: boolean;
  readonly terminal: Terminal;
}

/**
 * Applies what is pending, after asking. Returns what to print.
 * @throws DomainError when it may not, cannot, or nobody can be asked
 */
export async function runMigrateUp(options: MigrateOptions): Promise<string> {
  const { config } = await loadConfig({ path: options.config });
  const state = await onSchema(config, readSchemaState);
  refuseNewerSchema(state);
  if (state.pending.length === 0) return 'Nothing to apply: the schema is up to date\n';
  const what = `Apply ${count(state.pending)} to ${placeOf(config)}?`;
  const answer = await confirmation(options, `${what} [y/N] `);
  if (!/^(y|yes)$/i.test(answer)) throw notConfirmed();
  const applied = await onSchema(config, migrateUp);
  return applied.map((name) => `applied ${name}\n`).join('');
}

/**
 * Takes the last migrations back, with the data that only they know, after a warning. Returns what to print.
 * @throws DomainError as `runMigrateUp`
 */
export async function runMigrateDown(options: MigrateOptions & { readonly steps: number }): Promise<string> {
  const { config } = await loadConfig({ path: options.config });
  const state = await onSchema(config, readSchemaState);
  refuseNewerSchema(state);
  const last = state.applied.toReversed().slice(0, options.steps);
  if (last.length === 0) return 'Nothing to take back: no migration is applied\n';
  options.terminal.output.write(
    `WARNING: this takes back ${last.join(', ')} on ${placeOf(config)}.\n` +
      'WARNING: what these tables and columns hold is DELETED, and servers of this version stop working.\n',
  );
  const answer = await confirmation(options, 'Type yes to go on: ');
  if (answer !== 'yes') throw notConfirmed();
  const undone = await onSchema(config, (dataSource) => migrateDown(dataSource, last.length));
  return undone.map((name) => `took back ${name}\n`).join('');
}

/** What is applied and pending. Changes nothing. */
export async function readMigrations(path: string | undefined): Promise<SchemaState> {
  const { config } = await loadConfig({ path });
  return onSchema(config, readSchemaState);
}

async function confirmation({ yes, terminal }: MigrateOptions, question: string): Promise<string> {
  if (yes) return 'yes';
  if (terminal.input.isTTY === true) return askLine(question, terminal);
  throw new DomainError(
    'conflict',
    'There is no terminal to ask at: nothing was changed; say --yes to go on',
  );
}

function notConfirmed(): DomainError {
  return new DomainError('aborted', 'Not confirmed: nothing was changed');
}

async function onSchema<T>(
  { database, fileStorage }: RegistryConfig,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  if (database !== undefined) return withMigrationUser(database, work);
  const store = new EmbeddedAccess(fileStorage.memoryOnly ? {} : fileStorage);
  const dataSource = new DataSource(dataSourceOptions({ stream: store.connect }));
  try {
    await store.open().catch(inUse);
    await dataSource.initialize();
    return await work(dataSource);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await store.close();
  }
}

/** A server that runs has migrated its store by itself, and needs no other to do it. */
function inUse(error: unknown): never {
  if (!isDomainError(error, 'store-locked')) throw error;
  throw new DomainError(
    'store-locked',
    `${error.message}. A server applies what is pending when it starts: restart it instead of migrate up, and ask its ` +
      'GET /readiness whether the store is ready',
    { cause: error },
  );
}

function placeOf({ database, fileStorage }: RegistryConfig): string {
  if (database === undefined) return `the embedded store in ${fileStorage.baseDir}`;
  const { host, port } = database;
  return `database ${database.database} at ${host}:${port} as ${databaseUser(database, 'migration')}`;
}

function count(names: readonly string[]): string {
  return names.length === 1 ? 'one migration' : `${names.length} migrations`;
}
