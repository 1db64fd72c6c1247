import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { DomainError } from '../common/domain-error.js';
import { GRANT_TO_RUNTIME_ROLE } from './runtime-role.js';

/** Any number will do, as long as every version of this program takes the same one. */
const MIGRATION_LOCK = 7_236_414_971;
/** Longest wait for another process that migrates. */
const TURN_LIMIT = '60s';
/** Longest wait for a table that is in use: whoever comes after the waiting statement waits for it too. */
const TABLE_LIMIT = '10s';

/** What a database has of the schema, by the names of migrations, oldest first. */
export interface SchemaState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied by a newer program, which this one does not know. */
  readonly unknown: readonly string[];
}

/** Compares the database with this program. Changes nothing. */
export async function readSchemaState(dataSource: DataSource): Promise<SchemaState> {
  const known = MIGRATIONS.map(({ name }) => name);
  const [table]: { present: boolean }[] = await dataSource.query(
    `SELECT to_regclass('migrations') IS NOT NULL AS present`,
  );
  const rows: { name: string }[] =
    table?.present === true
      ? await dataSource.query('SELECT name FROM migrations ORDER BY timestamp, id')
      : [];
  const applied = rows.map(({ name }) => name);
  return {
    applied: applied.filter((name) => known.includes(name)),
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** @throws DomainError `conflict` when a newer program has changed the schema */
export function refuseNewerSchema({ unknown }: SchemaState): void {
  if (unknown.length === 0) return;
  throw new DomainError(
    'conflict',
    `The schema of the database is newer than this program, which does not know ${unknown.join(', ')}: run the ` +
      'program that applied it, or one after that',
  );
}

/** Applies what is pending, all or nothing, and returns the names of what was applied. */
export function migrateUp(dataSource: DataSource): Promise<string[]> {
  return underLock(dataSource, async (executor, runner) => {
    const applied = await executor.executePendingMigrations();
    if (applied.length > 0) await runner.query(GRANT_TO_RUNTIME_ROLE);
    return applied.map(({ name }) => name);
  });
}

/** Takes the last `steps` migrations back, all or nothing, and returns the names of those it took back. */
export function migrateDown(dataSource: DataSource, steps: number): Promise<string[]> {
  return underLock(dataSource, async (executor) => {
    const undone: string[] = [];
    while (undone.length < steps) {
      const last = (await executor.getExecutedMigrations()).toSorted((a, b) => b.timestamp - a.timestamp)[0];
      if (last === undefined) break;
      await executor.undoLastMigration();
      undone.push(last.name);
    }
    return undone;
  });
}

/**
 * Runs in one transaction under a lock that ends with it: both stay on one connection even behind a pooler that
 * hands its connections on after each transaction.
 */
async function underLock<T>(
  dataSource: DataSource,
  work: (executor: MigrationExecutor, runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query(`SET LOCAL statement_timeout = 0`);
    await runner.query(`SET LOCAL lock_timeout = '${TURN_LIMIT}'`);
    await runner.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await runner.query(`SET LOCAL lock_timeout = '${TABLE_LIMIT}'`);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'all';
    const result = await work(executor, runner);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
