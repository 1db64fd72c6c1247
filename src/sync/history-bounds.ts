import type { StoredRefusal } from '../database/stores/quarantine.store.js';
import type { StoredRun } from '../database/stores/run.store.js';

/** Refused documents of a source that are kept in memory; the store has them all. */
export const MAX_REFUSALS = 1000;
/** UTF-16 units of all texts of a source's refused documents together. */
const MAX_REFUSAL_TEXT = 1024 * 1024;
/** UTF-16 units of all diffs of a source's runs together. */
const MAX_DIFF_TEXT = 256 * 1024;

/** Runs, newest first, without the diffs of old ones when all together would take too much memory. */
export function boundedDiffs(runs: readonly StoredRun[]): StoredRun[] {
  let left = MAX_DIFF_TEXT;
  return runs.map((run) => {
    left -= run.diff?.length ?? 0;
    return left < 0 && run.diff !== null ? { ...run, diff: null } : run;
  });
}

/** As many of the first refused documents as may be kept. */
export function boundedRefusals(refusals: readonly StoredRefusal[]): readonly StoredRefusal[] {
  let left = MAX_REFUSAL_TEXT;
  const end = refusals.findIndex(({ name, version, pointer, problems }) => {
    left -= (name?.length ?? 0) + (version?.length ?? 0) + pointer.length + problems.length;
    return left < 0;
  });
  return end === -1 ? refusals : refusals.slice(0, end);
}
