import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EntryKind, EntryStatus } from '../../model/entry.js';
import type { VersionHead } from '../catalog-change.js';

/** Versions fetched by one statement: about 3 MB of documents of the usual size. */
const BATCH = 200;

/** One stored version, as the catalog takes it. */
export interface StoredVersion {
  readonly id: string;
  readonly source: string;
  readonly kind: EntryKind;
  readonly name: string;
  readonly claims: string | null;
  readonly version: string;
  readonly document: string;
  readonly original: string | null;
  readonly envelopeMeta: string | null;
  readonly status: EntryStatus;
  readonly statusMessage: string | null;
  readonly statusChangedAt: Date;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly isLatest: boolean;
  readonly isDropped: boolean;
  readonly revision: number;
  readonly title: string | null;
  readonly description: string;
  readonly tags: readonly string[];
  readonly tools: readonly string[];
  readonly registryTypes: readonly string[];
  readonly transports: readonly string[];
}

const COLUMNS = `
  v.id, e.source, e.kind, e.name, e.claims, v.version, v.document, v.original,
  v.envelope_meta AS "envelopeMeta", v.status, v.status_message AS "statusMessage",
  v.status_changed_at AS "statusChangedAt", v.published_at AS "publishedAt", v.updated_at AS "updatedAt",
  v.is_latest AS "isLatest", v.is_dropped AS "isDropped", v.revision::float8 AS revision,
  v.title, v.description, v.tags, v.tools, v.registry_types AS "registryTypes", v.transports`;

/** Entries and their versions, read. Raw rows: hydrating entities would cost ten times the query. */
@Injectable()
export class EntryStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The present revision of the catalogue. */
  async revision(): Promise<number> {
    const rows: { revision: number }[] = await this.dataSource.query(
      'SELECT revision::float8 AS revision FROM catalog_revision WHERE id = 1',
    );
    return rows[0]?.revision ?? 0;
  }

  /** Everything that deciding about a source's stored versions needs. */
  heads(source: string): Promise<VersionHead[]> {
    return this.dataSource.query(
      `SELECT e.kind, e.name, v.version, v.content_hash AS "contentHash", v.served_hash AS "servedHash",
              v.status, v.status_message AS "statusMessage", v.status_changed_at AS "statusChangedAt",
              v.published_at AS "publishedAt", v.updated_at AS "updatedAt",
              v.is_latest AS "isLatest", v.is_dropped AS "isDropped"
         FROM entry_version v JOIN entry e ON e.id = v.entry_id
        WHERE e.source = $1`,
      [source],
    );
  }

  /**
   * Versions touched after `revision` and up to `until`, in batches. A version that a later commit touches
   * meanwhile is left to the call for that commit. The ids come first: a batch by key costs the same whatever the
   * planner believes of the table.
   */
  async *touched(revision: number, until: number): AsyncGenerator<readonly StoredVersion[]> {
    const ids: { id: string }[] = await this.dataSource.query(
      'SELECT id FROM entry_version WHERE revision > $1 AND revision <= $2 ORDER BY id',
      [revision, until],
    );
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH).map(({ id }) => id);
      const rows: StoredVersion[] = await this.dataSource.query(
        `SELECT ${COLUMNS} FROM entry_version v JOIN entry e ON e.id = v.entry_id
          WHERE v.id = ANY ($1::bigint[]) AND v.revision <= $2 ORDER BY v.id`,
        [batch, until],
      );
      yield rows;
    }
  }
}
