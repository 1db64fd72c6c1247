import type { Claims } from '../model/claims.js';
import type { EntryKind, EntryStatus } from '../model/entry.js';
import { compareVersionKeys, type VersionKey } from '../model/version-order.js';

/** One version as it is read: every byte that is served of it is ready. Times are milliseconds since 1970. */
export interface CatalogVersion {
  readonly kind: EntryKind;
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly order: VersionKey;
  readonly status: EntryStatus;
  readonly isLatest: boolean;
  readonly publishedAt: number;
  readonly updatedAt: number;
  readonly title: string | null;
  /** Lower-case text in which search words are looked for. */
  readonly haystack: string;
  readonly tags: readonly string[];
  readonly registryTypes: readonly string[];
  readonly transports: readonly string[];
  /** What a list shows of it: for a server the document in its envelope, else the document. */
  readonly item: Buffer;
  /** Hash of `item`: a strong entity tag without its quotes, and what tags of pages are made of. */
  readonly tag: string;
  /** The document alone; a part of `item`, not a copy. */
  readonly document: Buffer;
  /** The ToolHive entry that the document was converted from. */
  readonly original?: Buffer;
}

/** All versions of one name in one source. */
export interface CatalogEntry {
  readonly kind: EntryKind;
  readonly name: string;
  readonly source: string;
  readonly claims?: Claims;
  /** Ascending by version order, deleted ones included. */
  readonly versions: readonly CatalogVersion[];
}

/** True when a version is left that is not deleted. */
export function isAlive(entry: CatalogEntry): boolean {
  return entry.versions.some(({ status }) => status !== 'deleted');
}

/** The greatest version that is not deleted; with `includeDeleted`, the greatest of all when all are. */
export function latestVersion(entry: CatalogEntry, includeDeleted: boolean): CatalogVersion | undefined {
  const alive = entry.versions.findLast(({ status }) => status !== 'deleted');
  return alive ?? (includeDeleted ? entry.versions.at(-1) : undefined);
}

/** Names by UTF-16 code units: the order of every list and cursor. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** List order: by name, then version order. */
export function compareListed(
  a: { readonly name: string; readonly order: VersionKey },
  b: { readonly name: string; readonly order: VersionKey },
): number {
  return compareNames(a.name, b.name) || compareVersionKeys(a.order, b.order);
}
