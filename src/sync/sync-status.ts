import type { SourceEntity, SyncPhase } from '../database/entities/source.entity.js';

/** Status of a source's rounds as it is shown: in the administration and in `status.json`. Times are RFC 3339. */
export interface SyncStatus {
  readonly phase: SyncPhase;
  /** Begin of the last round, the one under way included. */
  readonly lastAttempt?: string;
  /** End of the last round that succeeded: the data is as old as this. */
  readonly lastSyncTime?: string;
  /** Failures in a row. */
  readonly attemptCount: number;
  readonly nextAttempt?: string;
  readonly serverCount: number;
  readonly skillCount: number;
  readonly pluginCount: number;
  /** Documents in quarantine. */
  readonly rejectedCount: number;
  /** What the provider calls the data of the last round that succeeded: a commit, a hash. */
  readonly sourceRevision?: string;
  /** Why the last round failed. */
  readonly message?: string;
}

/** The status of a source; of one that was never stored, that of a source before its first round. */
export function syncStatus(source: SourceEntity | undefined): SyncStatus {
  const { lastAttempt, lastSyncTime, nextAttempt, sourceRevision, message } = source ?? NEVER_STORED;
  return {
    phase: source?.phase ?? 'pending',
    ...(lastAttempt && { lastAttempt: lastAttempt.toISOString() }),
    ...(lastSyncTime && { lastSyncTime: lastSyncTime.toISOString() }),
    attemptCount: source?.attemptCount ?? 0,
    ...(nextAttempt && { nextAttempt: nextAttempt.toISOString() }),
    serverCount: source?.serverCount ?? 0,
    skillCount: source?.skillCount ?? 0,
    pluginCount: source?.pluginCount ?? 0,
    rejectedCount: source?.rejectedCount ?? 0,
    ...(sourceRevision !== null && { sourceRevision }),
    ...(message !== null && { message }),
  };
}

const NEVER_STORED = {
  lastAttempt: null,
  lastSyncTime: null,
  nextAttempt: null,
  sourceRevision: null,
  message: null,
};
