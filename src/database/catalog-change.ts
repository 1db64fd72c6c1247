import type { EntryKind, EntryStatus, RefusedDocument, VersionDocument, VersionRef } from '../model/entry.js';
import type { RoundDiff } from './round-diff.js';

/** What deciding about a stored version needs; its document stays in the database. */
export interface VersionHead extends VersionRef {
  readonly contentHash: string;
  readonly servedHash: string;
  readonly status: EntryStatus;
  readonly statusMessage: string | null;
  readonly statusChangedAt: Date;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  readonly isLatest: boolean;
  readonly isDropped: boolean;
}

/** A version to insert or replace. A time that is absent becomes the time of the commit. */
export interface VersionWrite {
  readonly document: VersionDocument;
  /** False when a version that is served now is replaced. */
  readonly isNew: boolean;
  readonly contentHash: string;
  readonly servedHash: string;
  readonly statusChangedAt?: Date;
  readonly publishedAt?: Date;
  readonly updatedAt?: Date;
  readonly isLatest: boolean;
}

/** A version whose document stays and whose place among its siblings changes. */
export interface LatestMark extends VersionRef {
  readonly isLatest: boolean;
}

/**
 * The difference between what is stored of a source and what shall be, in batches that one statement can take. Each
 * list is read from its start whenever it is asked for, because a transaction may have to be tried again.
 */
export interface CatalogChange {
  /** True when nothing of the catalogue is to be written. */
  readonly isEmpty: boolean;
  writes(): AsyncIterable<readonly VersionWrite[]>;
  /** Versions that left the source and become tombstones. */
  drops(): AsyncIterable<readonly LatestMark[]>;
  marks(): AsyncIterable<readonly LatestMark[]>;
  /** Every refused document of the source as it is now. */
  refused(): AsyncIterable<readonly RefusedDocument[]>;
}

/** What a round that succeeded leaves in the status of its source. */
export interface RoundOutcome {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly sourceRevision: string;
  readonly rulesFingerprint: string;
  readonly counts: Readonly<Record<EntryKind, number>>;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly bytes: number;
  /** Documents in quarantine. */
  readonly refused: number;
  readonly nextAttempt: Date;
  /** The first of what changed, when whoever compared has kept it. */
  readonly samples?: RoundDiff;
}
