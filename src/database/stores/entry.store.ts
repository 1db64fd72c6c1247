import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EntryKind, EntryStatus, RefusedDocument } from '../../model/entry.js';
import type { QuarantineEntity } from '../entities/quarantine.entity.js';
import { ahead } from '../../common/ahead.js';
import { HEAD_COLUMNS } from '../version-heads.js';

/** Versions fetched by one statement: about 1 MB of documents of the usual size. */
const BATCH = 100;
/** Versions of which the heads are fetched by one statement, about 500 kB. */
const HEADS_OF_PAGE = 2000;

type QuarantineRow = Pick<QuarantineEntity, 'id' | 'kind' | 'name' | 'version' | 'pointer' | 'problems'>;

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

/** Where the catalogue of a database stands. The time tells histories apart that went on from one backup. */
export interface CatalogPosition {
  readonly databaseId: string;
  readonly revision: number;
  readonly committedAt: Date;
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

  /** Where the catalogue stands now. */
  async position(): Promise<CatalogPosition> {
    const rows: CatalogPosition[] = await this.dataSource.query(
      `SELECT database_id AS "databaseId", revision::float8 AS revision, committed_at AS "committedAt"
         FROM catalog_revision WHERE id = 1`,
    );
    const [position] = rows;
    if (position === undefined) throw new Error('The row of catalog_revision is missing');
    return position;
  }

  /** The ids of all versions of a source, in pages that `heads` takes: hundreds of thousands are a few hundred rows. */
  async headPages(source: string): Promise<readonly string[]> {
    const rows: { ids: string }[] = await this.dataSource.query(
      `SELECT '{' || string_agg(n.id::text, ',') || '}' AS ids
         FROM (SELECT v.id, (row_number() OVER (ORDER BY v.id) - 1) / $2::int AS page
                 FROM entry_version v JOIN entry e ON e.id = v.entry_id
                WHERE e.source = $1) AS n
        GROUP BY n.page ORDER BY n.page`,
      [source, HEADS_OF_PAGE],
    );
    return rows.map(({ ids }) => ids);
  }

  /** Everything that deciding about the versions of these pages needs, page by page; `parseHeads` takes one apart. */
  async *heads(pages: readonly string[]): AsyncGenerator<string> {
    yield* ahead(pages, async (page) => {
      const rows: { heads: string | null }[] = await this.dataSource.query(
        // A join would read the table of entries for every page; the offset keeps the planner from making it one.
        `SELECT json_agg(json_build_array(${HEAD_COLUMNS}))::text AS heads
           FROM entry_version v CROSS JOIN LATERAL (SELECT kind, name FROM entry WHERE id = v.entry_id OFFSET 0) e
          WHERE v.id = ANY ($1::bigint[])`,
        [page],
      );
      return rows[0]?.heads ?? '[]';
    });
  }

  /** What is in quarantine of a source, in batches. */
  async *quarantined(source: string): AsyncGenerator<readonly RefusedDocument[]> {
    for (let after = '0'; ;) {
      const rows: QuarantineRow[] = await this.dataSource.query(
        `SELECT id, kind, name, version, pointer, problems FROM quarantine
          WHERE source = $1 AND id > $2 ORDER BY id LIMIT ${BATCH}`,
        [source, after],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map(({ kind, name, version, pointer, problems }) => ({
        kind,
        ...(name !== null && { name }),
        ...(version !== null && { version }),
        pointer,
        problems: JSON.parse(problems) as RefusedDocument['problems'],
      }));
      after = last.id;
    }
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
    const batches: string[][] = [];
    for (let at = 0; at < ids.length; at += BATCH) {
      batches.push(ids.slice(at, at + BATCH).map(({ id }) => id));
    }
    yield* ahead(batches, async (batch): Promise<readonly StoredVersion[]> =>
      this.dataSource.query(
        `SELECT ${COLUMNS} FROM entry_version v JOIN entry e ON e.id = v.entry_id
          WHERE v.id = ANY ($1::bigint[]) AND v.revision <= $2 ORDER BY v.id`,
        [batch, until],
      ),
    );
  }
}
