import { createHash } from 'node:crypto';
import type { StoredVersion } from '../database/stores/entry.store.js';
import { OFFICIAL_META, OWN_META } from '../model/envelope.js';
import type { EntryKind, EntryStatus } from '../model/entry.js';
import { haystackOf } from '../model/search-words.js';
import { type VersionKey, versionKey } from '../model/version-order.js';
import type { CatalogVersion } from './catalog-entry.js';
import type { ValuePool } from './value-pool.js';

const SERVER_HEAD = Buffer.from('{"server":');

/** Makes a stored version ready to be served. Nothing here parses the document. */
export function toCatalogVersion(row: StoredVersion, pool: ValuePool): CatalogVersion {
  return new ReadyVersion(row, pool);
}

/** A class, for what there are tens of thousands of: its parts are made from the bytes when somebody wants them. */
class ReadyVersion implements CatalogVersion {
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
  readonly haystack: string;
  readonly tags: readonly string[];
  readonly registryTypes: readonly string[];
  readonly transports: readonly string[];
  readonly item: Buffer;
  readonly tag: string;
  readonly original?: Buffer;
  readonly #documentEnd: number;

  constructor(row: StoredVersion, pool: ValuePool) {
    this.kind = pool.text(row.kind) as EntryKind;
    this.name = pool.text(row.name);
    this.version = pool.text(row.version);
    this.source = pool.text(row.source);
    this.publishedAt = row.publishedAt.getTime();
    this.order = pool.order(versionKey({ version: this.version, publishedAt: this.publishedAt }));
    this.status = pool.text(row.status) as EntryStatus;
    this.isLatest = row.isLatest;
    this.updatedAt = row.updatedAt.getTime();
    this.title = row.title === null ? null : pool.text(row.title);
    this.haystack = pool.text(haystackOf({ ...row, title: row.title ?? '' }, row.name));
    this.tags = pool.list(row.tags);
    this.registryTypes = pool.list(row.registryTypes);
    this.transports = pool.list(row.transports);
    const isServer = row.kind === 'server';
    this.item = Buffer.from(
      isServer ? `${SERVER_HEAD.toString()}${row.document},"_meta":${envelopeMeta(row)}}` : row.document,
    );
    this.#documentEnd = Buffer.byteLength(row.document) + (isServer ? SERVER_HEAD.length : 0);
    // Half of the hash is as unlikely to meet its like, and there are many of them.
    this.tag = createHash('sha256').update(this.item).digest().subarray(0, 16).toString('base64url');
    if (row.original !== null) this.original = Buffer.from(row.original);
  }

  get document(): Buffer {
    return this.kind === 'server' ? this.item.subarray(SERVER_HEAD.length, this.#documentEnd) : this.item;
  }
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
