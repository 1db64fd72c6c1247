import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { DataSource, In, Not } from 'typeorm';
import type { DomainErrorCode } from '../../common/domain-error.js';
import { cutText, storableText } from '../../model/bounded-text.js';
import { CatalogRevisionEntity } from '../entities/catalog-revision.entity.js';
import { SourceEntity } from '../entities/source.entity.js';
import { SyncRunEntity } from '../entities/sync-run.entity.js';
import { retriedTransaction } from '../retried-transaction.js';
import { RevisionFeed } from '../revision-feed.js';
import { forgetOldRuns } from '../run-retention.js';
import { fence, type LeaseRef } from './lease.store.js';

/** Longest message that is kept, in UTF-16 units: what upstreams say may be anything. */
const MAX_MESSAGE = 2000;

/** What a failed round leaves behind: only the status moves, the data stays. */
export interface RoundFailure {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly message: string;
  /** Code of the error, when it had one. */
  readonly code?: DomainErrorCode;
  readonly nextAttempt: Date;
  /** The right that the round had to write; without it nothing keeps the status of another process's round. */
  readonly lease?: Pick<LeaseRef, 'token'>;
}

/** What a round that found nothing new leaves behind. */
export interface RoundConfirmation {
  readonly endedAt: Date;
  readonly nextAttempt: Date;
  /** As that of a failure. */
  readonly lease?: Pick<LeaseRef, 'token'> | undefined;
}

/** A round that has begun. */
export interface RoundBegin {
  readonly name: string;
  readonly startedAt: Date;
}

/** Sources and the status of their rounds. */
@Injectable()
export class SourceStore {
  private readonly begins = new Subject<RoundBegin>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly feed: RevisionFeed,
  ) {}

  /** Rounds of this process, each as soon as its begin is stored. */
  readonly begun: Observable<RoundBegin> = this.begins.asObservable();

  /**
   * Makes the stored sources the configured ones; a source that is gone takes its entries with it. Besides name and
   * kind every member of a source belongs to its definition, and another definition moves the time of its change.
   */
  async reconcile(sources: readonly { readonly name: string; readonly kind: string }[]): Promise<void> {
    const names = sources.map(({ name }) => name);
    // In one order everywhere, because several replicas may start at once.
    const rows = [...sources].sort((a, b) => (a.name < b.name ? -1 : 1));
    const removed = await retriedTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(SourceEntity, { name: Not(In(names)) });
      await manager.query(
        `INSERT INTO source AS s (name, kind, definition_hash)
         SELECT u.name, u.kind, u.hash FROM unnest($1::text[], $2::text[], $3::text[]) AS u (name, kind, hash)
         ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, definition_hash = excluded.definition_hash,
           updated_at = CASE WHEN s.definition_hash <> excluded.definition_hash THEN now() ELSE s.updated_at END`,
        [rows.map(({ name }) => name), rows.map(({ kind }) => kind), rows.map(hashDefinition)],
      );
      await manager.query(
        `UPDATE source s SET phase = 'pending' WHERE phase = 'syncing' AND NOT EXISTS
           (SELECT FROM source_lease l WHERE l.source = s.name AND l.expires_at > clock_timestamp())`,
      );
      return affected ?? 0;
    });
    if (removed === 0) return;
    // Whoever holds entries of the removed sources must forget them before a source of the same name comes back.
    const { revision } = await this.dataSource.manager.findOneByOrFail(CatalogRevisionEntity, { id: 1 });
    this.feed.publish(revision);
  }

  /** Every source, by name. */
  all(): Promise<SourceEntity[]> {
    return this.dataSource.manager.find(SourceEntity, { order: { name: 'ASC' } });
  }

  /** A round begins. */
  async begin(name: string, startedAt: Date): Promise<void> {
    await this.dataSource.manager.update(SourceEntity, name, { phase: 'syncing', lastAttempt: startedAt });
    this.begins.next({ name, startedAt });
  }

  /**
   * A round found the source as it was.
   * @throws DomainError `conflict` when another process has taken the source over
   */
  async confirm(name: string, { endedAt, nextAttempt, lease }: RoundConfirmation): Promise<void> {
    await retriedTransaction(this.dataSource, async (manager) => {
      if (lease !== undefined) await fence(manager, { source: name, token: lease.token });
      const outcome = { phase: 'complete', attemptCount: 0, message: null } as const;
      await manager.update(SourceEntity, name, { ...outcome, lastSyncTime: endedAt, nextAttempt });
    });
  }

  /**
   * A round failed; the data of the last good one stays.
   * @throws DomainError `conflict` when another process has taken the source over
   */
  async fail(name: string, failure: RoundFailure): Promise<void> {
    const { startedAt, endedAt, code = null, nextAttempt, lease } = failure;
    const message = storableText(cutText(failure.message, MAX_MESSAGE));
    await retriedTransaction(this.dataSource, async (manager) => {
      if (lease !== undefined) await fence(manager, { source: name, token: lease.token });
      await manager.update(SourceEntity, name, { phase: 'failed', message, nextAttempt });
      await manager.increment(SourceEntity, { name }, 'attemptCount', 1);
      const run = { startedAt, endedAt, outcome: 'failed', message, code } as const;
      await manager.insert(SyncRunEntity, { source: { name }, ...run });
      await forgetOldRuns(manager, name);
    });
  }
}

function hashDefinition(source: object): string {
  return createHash('sha256').update(JSON.stringify(source)).digest('base64url');
}
