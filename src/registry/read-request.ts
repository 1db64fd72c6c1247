import type { EntryKind } from '../model/entry.js';
import { type DetailRequest, type ListPlan, type ListRequest, resolveListRequest } from './list-query.js';

/** What is read of one kind of entry, understood: whichever way a request takes, it becomes one of these. */
export type ReadRequest = { readonly kind: EntryKind; readonly key: string } & (
  | { readonly route: 'list'; readonly plan: ListPlan }
  | { readonly route: 'versions'; readonly name: string; readonly includeDeleted: boolean }
  | {
      readonly route: 'version';
      readonly name: string;
      /** One version, or `latest`. */
      readonly version: string;
      readonly includeDeleted: boolean;
    }
);

/** One page of a list; of skills and plugins the latest version of each, unless another is asked for. */
export function listRead(kind: EntryKind, request: ListRequest): ReadRequest {
  const isServer = kind === 'server';
  const plan = resolveListRequest(isServer ? request : latestOnly(request));
  return { route: 'list', kind, plan, key: keyOf('list', kind, plan) };
}

/** All versions of an entry. */
export function versionsRead(kind: EntryKind, name: string, { includeDeleted }: DetailRequest): ReadRequest {
  return {
    route: 'versions',
    kind,
    name,
    includeDeleted,
    key: keyOf('versions', kind, name, includeDeleted),
  };
}

/** One version of an entry. */
export function versionRead(
  kind: EntryKind,
  name: string,
  version: string,
  { includeDeleted }: DetailRequest,
): ReadRequest {
  const key = keyOf('version', kind, name, version, includeDeleted);
  return { route: 'version', kind, name, version, includeDeleted, key };
}

/** Equal keys ask for the same bytes of the same view. */
function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function latestOnly(request: ListRequest): ListRequest {
  return { ...request, filters: { version: 'latest', ...request.filters } };
}
