import type { EntityManager } from 'typeorm';

/** Runs kept for each source. */
export const RUNS_KEPT = 100;

/** Forgets a source's oldest runs, so that one which changes all the time does not fill the store. */
export async function forgetOldRuns(manager: EntityManager, source: string): Promise<void> {
  await manager.query(
    `DELETE FROM sync_run WHERE source = $1 AND id NOT IN
       (SELECT id FROM sync_run WHERE source = $1 ORDER BY id DESC LIMIT ${RUNS_KEPT})`,
    [source],
  );
}
