import { formatDuration } from '../common/duration.js';
import type { DiffItem, RoundDiff } from '../database/round-diff.js';
import type { StoredRun } from '../database/stores/run.store.js';
import type { StoredRefusal } from '../database/stores/quarantine.store.js';
import { entryType } from './entry-type.js';

/** A run as lists show it: with its numbers, without names. */
export function runSummary(run: StoredRun): object {
  const { startedAt, endedAt, message, code } = run;
  const milliseconds = Math.max(0, endedAt.getTime() - startedAt.getTime());
  return {
    id: run.id,
    source: run.source,
    outcome: run.outcome,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    duration: formatDuration(milliseconds),
    added: run.added,
    changed: run.changed,
    removed: run.removed,
    refused: run.refused,
    unchanged: run.unchanged,
    bytes: run.bytes,
    ...(message !== null && { message }),
    ...(code !== null && { code }),
  };
}

/** A run with the names behind its numbers, as far as they are known. */
export function runDetail(run: StoredRun): object {
  if (run.diff === null) return runSummary(run);
  const { added, changed, removed, refused } = JSON.parse(run.diff) as RoundDiff;
  const diff = {
    added: added.map(shownItem),
    changed: changed.map(shownItem),
    removed: removed.map(shownItem),
    refused: refused.map(shownItem),
  };
  return { ...runSummary(run), diff };
}

/** A document in quarantine: what it is, where it stands in its source, and every reason. */
export function refusalInfo({ kind, name, version, pointer, problems }: StoredRefusal): object {
  return {
    entryType: entryType(kind),
    ...(name !== null && { name }),
    ...(version !== null && { version }),
    pointer,
    problems: JSON.parse(problems) as unknown,
  };
}

function shownItem({ kind, name, version }: DiffItem): object {
  return {
    entryType: entryType(kind),
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
  };
}
