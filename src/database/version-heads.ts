import type { EntryStatus, EntryKind } from '../model/entry.js';
import type { VersionHead } from './catalog-change.js';

/**
 * One stored version as the database writes it into a page of heads. A page is one text: whoever hands it on has
 * nothing to take apart, and the thread that plans a round parses it.
 */
export const HEAD_COLUMNS = `e.kind, e.name, v.version, v.content_hash, v.served_hash, v.status, v.status_message,
  ${['v.status_changed_at', 'v.published_at', 'v.updated_at'].map(milliseconds).join(', ')}, v.is_latest, v.is_dropped`;

type HeadRow = readonly [
  kind: EntryKind,
  name: string,
  version: string,
  contentHash: string,
  servedHash: string,
  status: EntryStatus,
  statusMessage: string | null,
  statusChangedAt: number,
  publishedAt: number,
  updatedAt: number,
  isLatest: boolean,
  isDropped: boolean,
];

/** Takes a page of heads apart. */
export function parseHeads(page: string): VersionHead[] {
  const rows = JSON.parse(page) as HeadRow[];
  return rows.map(([kind, name, version, contentHash, servedHash, status, statusMessage, ...rest]) => {
    const [statusChangedAt, publishedAt, updatedAt, isLatest, isDropped] = rest;
    return {
      kind,
      name,
      version,
      contentHash,
      servedHash,
      status,
      statusMessage,
      statusChangedAt: new Date(statusChangedAt),
      publishedAt: new Date(publishedAt),
      updatedAt: new Date(updatedAt),
      isLatest,
      isDropped,
    };
  });
}

/** Milliseconds since 1970, as a `Date` counts them. */
function milliseconds(column: string): string {
  return `floor(extract(epoch FROM ${column}) * 1000)::bigint`;
}
