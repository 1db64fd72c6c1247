import type { StoredVersion } from '../database/stores/entry.store.js';
import { OFFICIAL_META, OWN_META } from '../model/envelope.js';
import { haystackOf } from '../model/search-words.js';
import { versionKey } from '../model/version-order.js';
import type { CatalogVersion } from './catalog-entry.js';

/** Makes a stored version ready to be served. Nothing here parses the document. */
export function toCatalogVersion(row: StoredVersion): CatalogVersion {
  const { name, version, title, original } = row;
  const publishedAt = row.publishedAt.getTime();
  return {
    kind: row.kind,
    name,
    version,
    source: row.source,
    order: versionKey({ version, publishedAt }),
    status: row.status,
    isLatest: row.isLatest,
    publishedAt,
    updatedAt: row.updatedAt.getTime(),
    title,
    haystack: haystackOf({ ...row, title: title ?? '' }, name),
    tags: row.tags,
    registryTypes: row.registryTypes,
    transports: row.transports,
    ...servedBytes(row),
    ...(original !== null && { original: Buffer.from(original) }),
  };
}

function servedBytes(row: StoredVersion): { item: Buffer; document: Buffer } {
  if (row.kind !== 'server') {
    const document = Buffer.from(row.document);
    return { item: document, document };
  }
  const head = '{"server":';
  const item = Buffer.from(`${head}${row.document},"_meta":${envelopeMeta(row)}}`);
  const start = Buffer.byteLength(head);
  return { item, document: item.subarray(start, start + Buffer.byteLength(row.document)) };
}

function envelopeMeta(row: StoredVersion): string {
  const official = JSON.stringify({
    status: row.status,
    statusChangedAt: row.statusChangedAt,
    ...(row.statusMessage !== null && { statusMessage: row.statusMessage }),
    publishedAt: row.publishedAt,
    updatedAt: row.updatedAt,
    isLatest: row.isLatest,
  });
  const own = JSON.stringify({ source: row.source, revision: row.revision });
  const foreign = row.envelopeMeta === null ? '' : `,${row.envelopeMeta.slice(1, -1)}`;
  return `{"${OFFICIAL_META}":${official}${foreign},"${OWN_META}":${own}}`;
}
