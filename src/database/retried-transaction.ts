import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

/** SQLSTATE codes by which PostgreSQL asks for another try: serialization failure and deadlock. */
const RETRIED = new Set(['40001', '40P01']);
const MOST_TRIES = 5;
/** Longest wait before the second try, in milliseconds; it doubles with each. */
const FIRST_WAIT = 20;

/**
 * Runs `work` in a transaction, and again in another one when it ended in a deadlock or a serialization conflict: at
 * most five times in all, after random waits, so that those which met do not meet again. `work` must change nothing
 * but the database.
 */
export async function retriedTransaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      if (tries >= MOST_TRIES || !asksForRetry(error)) throw error;
      await wait(Math.random() * FIRST_WAIT * 2 ** tries);
    }
  }
}

function asksForRetry(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRIED.has(String(error.code));
}
