import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Clock } from '../common/clock.js';
import { formatDuration } from '../common/duration.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig, SourceConfig } from '../config/registry-config.js';
import { SourceStore } from '../database/stores/source.store.js';
import type { SourceWatch } from '../sources/source-provider.js';
import { CLOCK } from './clock.token.js';
import { SyncProgress } from './sync-progress.js';
import { retryDelay } from './retry-delay.js';
import { SyncService } from './sync.service.js';

/** Longest wait at the end for rounds that do not heed their signal, in milliseconds. */
const STOP_LIMIT = 10_000;

/**
 * Runs every source's rounds: at once at start, then each by its own interval, so that none waits for another. A
 * source that can be watched has a round at once when it changes too.
 */
@Injectable()
export class SyncScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sync');
  private readonly stopping = new AbortController();
  /** The round of each source that has one under way, by name. */
  private readonly running = new Map<string, Promise<void>>();
  /** Sources that have changed during their round, by name. */
  private readonly changed = new Set<string>();
  private readonly watches: SourceWatch[] = [];

  constructor(
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
    private readonly sync: SyncService,
    private readonly sources: SourceStore,
    private readonly timers: SchedulerRegistry,
    private readonly progress: SyncProgress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sources.reconcile(this.config.sources);
    await this.progress.refresh();
    for (const source of this.config.sources) {
      const watch = this.sync.watch(source, () => this.onChange(source));
      if (watch !== undefined) this.watches.push(watch);
      this.start(source);
    }
  }

  /** No new round, and none left running: the store may close afterwards. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    for (const watch of this.watches) watch.close();
    for (const name of this.timers.getTimeouts()) this.timers.deleteTimeout(name);
    await Promise.race([Promise.all(this.running.values()), wait(STOP_LIMIT, undefined, { ref: false })]);
  }

  private start(source: SourceConfig): void {
    this.running.set(source.name, this.round(source));
  }

  private onChange(source: SourceConfig): void {
    if (this.stopping.signal.aborted) return;
    if (this.running.has(source.name)) {
      this.changed.add(source.name);
      return;
    }
    this.timers.deleteTimeout(timerName(source));
    this.start(source);
  }

  private async round(source: SourceConfig): Promise<void> {
    const delay = await this.attempt(source);
    this.running.delete(source.name);
    if (this.stopping.signal.aborted) return;
    if (this.changed.delete(source.name)) {
      this.start(source);
      return;
    }
    const name = timerName(source);
    const timer = setTimeout(() => {
      this.timers.deleteTimeout(name);
      this.start(source);
    }, delay);
    this.timers.addTimeout(name, timer);
  }

  /** One round. Returns the milliseconds to the next. */
  private async attempt(source: SourceConfig): Promise<number> {
    const { intervalMs, timeoutMs } = source.syncPolicy;
    const startedAt = this.clock.now();
    const after = (delay: number) => new Date(this.clock.now().getTime() + delay);
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const known = this.progress.of(source.name);
      await this.sync.run({ source, signal, known, nextAttempt: after(intervalMs) });
      await this.progress.refresh();
      return intervalMs;
    } catch (error) {
      if (this.stopping.signal.aborted) return 0;
      const failures = this.progress.of(source.name).attemptCount;
      const delay = Math.min(retryDelay(source.syncPolicy.retry, failures), intervalMs);
      const message = error instanceof Error ? error.message : String(error);
      this.logger.error(`${source.name}: ${message}; next attempt in ${formatDuration(delay)}`);
      await this.recordFailure(source, {
        startedAt,
        endedAt: this.clock.now(),
        message,
        nextAttempt: after(delay),
      });
      return delay;
    } finally {
      this.progress.ended(source.name);
    }
  }

  private async recordFailure(
    source: SourceConfig,
    failure: Parameters<SourceStore['fail']>[1],
  ): Promise<void> {
    try {
      await this.sources.fail(source.name, failure);
      await this.progress.refresh();
    } catch (error) {
      this.logger.error(`${source.name}: the failed round could not be recorded: ${String(error)}`);
    }
  }
}

function timerName(source: SourceConfig): string {
  return `sync ${source.name}`;
}
