import { hasBit } from './bit-set.js';
import { BestList } from './best-list.js';
import { type CatalogVersion, compareListed } from './catalog-entry.js';
import type { EntryChunk } from './entry-chunk.js';
import type { KindView } from './kind-view.js';
import type { ListPosition } from './list-order.js';
import type { ListSelection } from './list-selection.js';

/**
 * The first `limit` of what is selected, latest change first, behind a position. Chunks come in the order of their
 * latest change, so the search ends with the first that can have nothing better.
 */
export function firstByUpdate(
  view: KindView,
  selection: ListSelection,
  limit: number,
  after: ListPosition | undefined,
): readonly CatalogVersion[] {
  const best = new BestList<CatalogVersion>(limit, compareByUpdate);
  for (const chunk of view.byUpdate) {
    if (best.worst !== undefined && !mayPrecede(chunk, best.worst)) break;
    collect(chunk, selection, after, best);
  }
  return best.items;
}

function collect(
  chunk: EntryChunk,
  selection: ListSelection,
  after: ListPosition | undefined,
  best: BestList<CatalogVersion>,
): void {
  const order = chunk.index.byUpdate;
  const from = after === undefined ? 0 : firstBehind(chunk, after);
  const candidates = from < order.length ? selection.candidates(chunk) : undefined;
  if (candidates === undefined) return;
  for (let at = from; at < order.length; at += 1) {
    const position = order[at] ?? 0;
    const version = hasBit(candidates, position) ? chunk.versions[position] : undefined;
    if (version === undefined) continue;
    if (best.worst !== undefined && compareByUpdate(version, best.worst) > 0) return;
    if (selection.shows(chunk, version)) best.add(version);
  }
}

function mayPrecede(chunk: EntryChunk, version: CatalogVersion): boolean {
  const { maxUpdatedAt } = chunk.index;
  if (maxUpdatedAt !== version.updatedAt) return maxUpdatedAt > version.updatedAt;
  return chunk.firstName <= version.name;
}

function firstBehind({ index, versions }: EntryChunk, after: ListPosition): number {
  let low = 0;
  let high = index.byUpdate.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const version = versions[index.byUpdate[middle] ?? 0];
    if (version !== undefined && isBehind(version, after)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isBehind(version: CatalogVersion, after: ListPosition): boolean {
  const time = (after.updatedAt ?? 0) - version.updatedAt;
  return time > 0 || (time === 0 && compareListed(version, after) > 0);
}

function compareByUpdate(a: CatalogVersion, b: CatalogVersion): number {
  return b.updatedAt - a.updatedAt || compareListed(a, b);
}
