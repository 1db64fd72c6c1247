import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import type { Clock } from '../common/clock.js';
import { StoreGate } from '../database/store-gate.js';
import { formatDuration } from '../common/duration.js';
import { CLOCK } from '../sync/clock.token.js';
import { SyncProgress } from '../sync/sync-progress.js';
import { Lifecycle } from './lifecycle.js';

/** How long a server with an empty store waits for its sources before it calls itself ready, in milliseconds. */
const FIRST_ROUNDS_LIMIT = 60_000;

/** State of one part, in words for people. */
export interface ComponentState {
  readonly status: 'ok' | 'waiting' | 'failed';
  readonly detail?: string;
}

/** Whether the server can do its work, and how each part is. */
@Injectable()
export class Readiness {
  private readonly startedAt: number;

  constructor(
    private readonly catalog: CatalogService,
    private readonly progress: SyncProgress,
    private readonly lifecycle: Lifecycle,
    private readonly gate: StoreGate,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.startedAt = clock.now().getTime();
  }

  /**
   * Ready: the stored catalogue is loaded and, in a store that was never filled, each source's first round has
   * ended or the limit has passed. Not ready while draining. What lies behind the server never decides it.
   */
  get isReady(): boolean {
    if (this.lifecycle.isDraining || !this.catalog.isLoaded) return false;
    return this.catalog.wasFilled || this.firstRoundsAreServed || this.waited >= FIRST_ROUNDS_LIMIT;
  }

  /** A round ends with its commit; only what the catalogue has loaded since can be served. */
  private get firstRoundsAreServed(): boolean {
    if (!this.progress.firstRoundsEnded()) return false;
    const { synced, revision } = this.catalog.current;
    return this.progress
      .all()
      .every(
        (source) => source.lastSyncTime === null || (synced.has(source.name) && source.revision <= revision),
      );
  }

  /** Each part's state, for people and dashboards. */
  get components(): Record<string, ComponentState> {
    const sources = this.progress.all().map((source): [string, ComponentState] => {
      const status = source.phase === 'failed' ? 'failed' : source.lastSyncTime === null ? 'waiting' : 'ok';
      return [`source:${source.name}`, { status, detail: source.phase }];
    });
    return Object.fromEntries([['store', this.store], ['catalog', this.catalogState], ...sources]);
  }

  private get store(): ComponentState {
    const { isReady, problem, standby } = this.gate;
    if (standby !== undefined) return { status: 'waiting', detail: standby };
    if (isReady) return { status: 'ok' };
    return problem === undefined ? { status: 'waiting' } : { status: 'failed', detail: problem };
  }

  private get catalogState(): ComponentState {
    if (!this.catalog.isLoaded) return { status: 'waiting' };
    const since = this.catalog.servedWithoutStoreSince;
    if (since === undefined) return { status: 'ok' };
    const seconds = Math.max(0, Math.round((this.clock.now().getTime() - since.getTime()) / 1_000));
    const age = formatDuration(seconds * 1_000);
    return { status: 'failed', detail: `the store does not answer; what it held ${age} ago is served` };
  }

  private get waited(): number {
    return this.clock.now().getTime() - this.startedAt;
  }
}
