import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EntryKind } from '../../model/entry.js';

/** A refused document, as it is stored. */
export interface StoredRefusal {
  /** Grows in the order in which the documents were refused. Decimal digits. */
  readonly id: string;
  readonly kind: EntryKind;
  readonly name: string | null;
  readonly version: string | null;
  readonly pointer: string;
  /** `[{pointer, reason}]` as JSON text. */
  readonly problems: string;
}

/** Documents that the last successful round of each source refused, read. */
@Injectable()
export class QuarantineStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The first `limit` refused documents of a source. */
  of(source: string, limit: number): Promise<StoredRefusal[]> {
    return this.dataSource.query(
      `SELECT id, kind, name, version, pointer, problems FROM quarantine WHERE source = $1 ORDER BY id LIMIT $2`,
      [source, limit],
    );
  }
}
