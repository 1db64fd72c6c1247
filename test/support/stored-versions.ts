import type { VersionHead } from '../../src/database/catalog-change.js';
import type { SyncPlan } from './sync-plans.js';

/** What the entry writer would leave of `stored` after committing `plan` at `at`: the same rules, in memory. */
export function applyPlan(stored: readonly VersionHead[], plan: SyncPlan, at: Date): readonly VersionHead[] {
  const heads = new Map(stored.map((head) => [headKey(head), head]));
  for (const { document, contentHash, servedHash, isLatest, ...times } of plan.writes) {
    const { kind, name, version, status, statusMessage = null } = document;
    const { statusChangedAt = at, publishedAt = at, updatedAt = at } = times;
    const facts = { contentHash, servedHash, isLatest, isDropped: false };
    const head = { kind, name, version, status, statusMessage, statusChangedAt, publishedAt, updatedAt };
    heads.set(headKey(document), { ...head, ...facts });
  }
  for (const mark of plan.marks) heads.set(headKey(mark), { ...present(heads, mark), ...mark });
  for (const drop of plan.drops) {
    const head = present(heads, drop);
    const statusChangedAt = head.status === 'deleted' ? head.statusChangedAt : at;
    const fate = { status: 'deleted', statusMessage: null, isDropped: true } as const;
    heads.set(headKey(drop), { ...head, ...drop, ...fate, statusChangedAt, updatedAt: at });
  }
  return [...heads.values()];
}

/** The same text for the same version of the same entry. */
export function headKey({ kind, name, version }: Pick<VersionHead, 'kind' | 'name' | 'version'>): string {
  return JSON.stringify([kind, name, version]);
}

function present(heads: ReadonlyMap<string, VersionHead>, ref: Parameters<typeof headKey>[0]): VersionHead {
  const head = heads.get(headKey(ref));
  if (head === undefined) throw new Error(`The plan touches ${headKey(ref)}, which is not stored`);
  return head;
}
