import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RUNS_KEPT } from '../run-retention.js';

/** One round that changed something or failed, as it is stored. */
export interface StoredRun {
  /** Grows from round to round of a source; unique among all sources. Decimal digits. */
  readonly id: string;
  readonly source: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: 'complete' | 'failed';
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly refused: number;
  readonly unchanged: number;
  /** Bytes that were read of the source. */
  readonly bytes: number;
  /** Why it failed. */
  readonly message: string | null;
  readonly code: string | null;
  /** `RoundDiff` as JSON text. */
  readonly diff: string | null;
}

/** Rounds, read. */
@Injectable()
export class RunStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Each source's runs behind the id that is known of it (`0`: none), oldest first. */
  after(known: ReadonlyMap<string, string>): Promise<StoredRun[]> {
    return this.dataSource.query(
      `SELECT r.id, r.source, r.started_at AS "startedAt", r.ended_at AS "endedAt", r.outcome, r.added, r.changed,
              r.removed, r.refused, r.unchanged, r.bytes::float8 AS bytes, r.message, r.code, r.diff
         FROM unnest($1::text[], $2::bigint[]) AS k (source, id)
        CROSS JOIN LATERAL (SELECT * FROM sync_run s WHERE s.source = k.source AND s.id > k.id
                             ORDER BY s.id DESC LIMIT ${RUNS_KEPT}) r
        ORDER BY r.id`,
      [[...known.keys()], [...known.values()]],
    );
  }
}
