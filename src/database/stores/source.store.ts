import { Injectable } from '@nestjs/common';
import { DataSource, In, Not } from 'typeorm';
import { CatalogRevisionEntity } from '../entities/catalog-revision.entity.js';
import { SourceEntity } from '../entities/source.entity.js';
import { SyncRunEntity } from '../entities/sync-run.entity.js';
import { retriedTransaction } from '../retried-transaction.js';
import { RevisionFeed } from '../revision-feed.js';
import { forgetOldRuns } from '../run-retention.js';

/** What a failed round leaves behind: only the status moves, the data stays. */
export interface RoundFailure {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly message: string;
  readonly nextAttempt: Date;
}

/** Sources and the status of their rounds. */
@Injectable()
export class SourceStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly feed: RevisionFeed,
  ) {}

  /** Makes the stored sources the configured ones; a source that is gone takes its entries with it. */
  async reconcile(sources: readonly { name: string; kind: string }[]): Promise<void> {
    const names = sources.map(({ name }) => name);
    // In one order everywhere, because several replicas may start at once.
    const rows = sources.map(({ name, kind }) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
    const removed = await retriedTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(SourceEntity, { name: Not(In(names)) });
      await manager.upsert(SourceEntity, rows, ['name']);
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
  }

  /** A round found the source as it was. */
  async confirm(name: string, times: { endedAt: Date; nextAttempt: Date }): Promise<void> {
    await this.dataSource.manager.update(SourceEntity, name, {
      phase: 'complete',
      lastSyncTime: times.endedAt,
      nextAttempt: times.nextAttempt,
      attemptCount: 0,
      message: null,
    });
  }

  /** A round failed; the data of the last good one stays. */
  async fail(name: string, failure: RoundFailure): Promise<void> {
    const { startedAt, endedAt, message, nextAttempt } = failure;
    await this.dataSource.transaction(async (manager) => {
      await manager.update(SourceEntity, name, { phase: 'failed', message, nextAttempt });
      await manager.increment(SourceEntity, { name }, 'attemptCount', 1);
      await manager.insert(SyncRunEntity, {
        source: { name },
        startedAt,
        endedAt,
        outcome: 'failed',
        message,
      });
      await forgetOldRuns(manager, name);
    });
  }
}
