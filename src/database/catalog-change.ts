import type { EntryKind, EntryStatus, RefusedDocument, VersionDocument } from '../model/entry.js';

/** Names one version in a source. */
export interface VersionRef {
  readonly kind: EntryKind;
  readonly name: string;
  readonly version: string;
}

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

/** The difference between what is stored of a source and what shall be. */
export interface CatalogChange {
  readonly writes: readonly VersionWrite[];
  /** Versions that left the source and become tombstones. */
  readonly drops: readonly LatestMark[];
  readonly marks: readonly LatestMark[];
}

/** True when nothing is to be written. */
export function isEmptyChange({ writes, drops, marks }: CatalogChange): boolean {
  return writes.length + drops.length + marks.length === 0;
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
  readonly refused: readonly RefusedDocument[];
  readonly nextAttempt: Date;
}
