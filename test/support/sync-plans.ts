import type {
  CatalogChange,
  LatestMark,
  VersionHead,
  VersionWrite,
} from '../../src/database/catalog-change.js';
import type { EntryStore } from '../../src/database/stores/entry.store.js';
import { parseHeads } from '../../src/database/version-heads.js';
import type { RefusedDocument, VersionDocument } from '../../src/model/entry.js';
import { type PlanNumbers, type RoundScope, SyncPlanner } from '../../src/sync/sync-plan.js';

const BATCH_ROWS = 500;

/** Everything that deciding about a source's versions needs, of all of them at once. */
export async function storedHeads(entries: EntryStore, source: string): Promise<VersionHead[]> {
  const heads: VersionHead[] = [];
  for await (const page of entries.heads(await entries.headPages(source))) heads.push(...parseHeads(page));
  return heads;
}

/** A plan with all that it writes, at hand. */
export interface SyncPlan extends PlanNumbers {
  readonly writes: readonly VersionWrite[];
  readonly drops: readonly LatestMark[];
  readonly marks: readonly LatestMark[];
}

/** What a round would do to `stored`. */
export function planSync(
  stored: readonly VersionHead[],
  desired: readonly VersionDocument[],
  refused: readonly RefusedDocument[],
  { now = new Date(), scope = 'everything' }: { readonly now?: Date; readonly scope?: RoundScope } = {},
): SyncPlan {
  const planner = new SyncPlanner(scope);
  for (const head of stored) planner.store(head);
  for (const document of refused) planner.refuse(document);
  const planned = desired.map((document) => planner.read(document, true));
  const { drops, marks, samples: _samples, ...numbers } = planner.finish(now);
  const writes = planned.flatMap((one) => {
    if (typeof one === 'string') return [];
    const isLatest = planner.settle(one.ticket);
    return isLatest === undefined ? [] : [{ ...one.write, isLatest }];
  });
  return { ...numbers, writes, drops, marks };
}

/** True when a plan changes nothing. */
export function isEmptyPlan({ writes, drops, marks }: SyncPlan): boolean {
  return writes.length + drops.length + marks.length === 0;
}

/** The plan as the entry writer takes it. */
export function changeOf(plan: SyncPlan, refused: readonly RefusedDocument[] = []): CatalogChange {
  return {
    isEmpty: isEmptyPlan(plan),
    writes: () => batches(plan.writes),
    drops: () => batches(plan.drops),
    marks: () => batches(plan.marks),
    refused: () => batches(refused),
  };
}

async function* batches<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += BATCH_ROWS) {
    yield await Promise.resolve(rows.slice(at, at + BATCH_ROWS));
  }
}
