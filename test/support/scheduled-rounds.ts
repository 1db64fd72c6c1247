import { SchedulerRegistry } from '@nestjs/schedule';
import { systemClock } from '../../src/common/clock.js';
import { LiveConfig } from '../../src/config/live-config.js';
import type { RegistryConfig, SourceConfig } from '../../src/config/registry-config.js';
import type { EntryWriter } from '../../src/database/entry-writer.js';
import type { RevisionFeed } from '../../src/database/revision-feed.js';
import type { SourceLeases } from '../../src/database/source-leases.js';
import { StoreGate } from '../../src/database/store-gate.js';
import type { EntryStore } from '../../src/database/stores/entry.store.js';
import type { SourceStore } from '../../src/database/stores/source.store.js';
import type { SourceProvider } from '../../src/sources/source-provider.js';
import { LeasedRounds } from '../../src/sync/leased-rounds.js';
import { SyncProgress } from '../../src/sync/sync-progress.js';
import { SyncScheduler } from '../../src/sync/sync.scheduler.js';
import { SyncService } from '../../src/sync/sync.service.js';

/** The stores that rounds need, of an embedded database or of a replica. */
export interface RoundStores {
  readonly entries: EntryStore;
  readonly sources: SourceStore;
  readonly writer: EntryWriter;
  readonly leases: SourceLeases;
  readonly feed: RevisionFeed;
}

/** The whole scheduling of one process, on real stores and with a provider that a test makes. */
export class ScheduledRounds {
  readonly timers = new SchedulerRegistry();
  readonly progress: SyncProgress;
  readonly config: LiveConfig;
  private readonly scheduler: SyncScheduler;

  private constructor(stores: RoundStores, provider: SourceProvider, sources: readonly SourceConfig[]) {
    const { entries, writer, leases } = stores;
    this.progress = new SyncProgress(stores.sources, stores.feed);
    this.config = new LiveConfig({ sources, registries: [] } as unknown as RegistryConfig);
    const providers = new Map([[provider.kind, provider]]);
    const sync = new SyncService(providers, stores.sources, entries, writer, systemClock);
    this.scheduler = new SyncScheduler(
      this.config,
      new LeasedRounds(leases, sync),
      this.timers,
      this.progress,
      systemClock,
      openGate(),
    );
  }

  /** Starts one: every source has its first round at once. */
  static async start(
    stores: RoundStores,
    provider: SourceProvider,
    sources: readonly SourceConfig[],
  ): Promise<ScheduledRounds> {
    const rounds = new ScheduledRounds(stores, provider, sources);
    await rounds.scheduler.onApplicationBootstrap();
    return rounds;
  }

  /** Whether a source has no round under way. */
  isIdle(source: string): boolean {
    return this.timers.doesExist('timeout', `sync ${source}`);
  }

  stop(): Promise<void> {
    return this.scheduler.beforeApplicationShutdown();
  }
}

function openGate(): StoreGate {
  const gate = new StoreGate({ open: async () => undefined, close: async () => undefined });
  void gate.openNow();
  return gate;
}
