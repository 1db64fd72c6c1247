import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Subscription } from 'rxjs';
import type { Clock } from '../common/clock.js';
import { isDomainError } from '../common/domain-error.js';
import { beginTimeLimit } from '../common/until-aborted.js';
import { LiveConfig } from '../config/live-config.js';
import type { RegistryConfig, SourceConfig } from '../config/registry-config.js';
import type { SourceEntity } from '../database/entities/source.entity.js';
import { StoreGate } from '../database/store-gate.js';
import type { RoundFailure } from '../database/stores/source.store.js';
import { CLOCK } from './clock.token.js';
import { LeasedRounds } from './leased-rounds.js';
import { retryDelay, withJitter } from './retry-delay.js';
import { logFailure } from './round-line.js';
import { type RoundOccasion, SourceSchedule } from './source-schedule.js';
import { SyncProgress } from './sync-progress.js';

/** Longest wait at the end for rounds that do not heed their signal, in milliseconds. */
const STOP_LIMIT = 10_000;

/** How soon sources are tried again that could not be stored, in milliseconds. */
const APPLY_AGAIN_AFTER = 5_000;

/** Replicas that wait for the same lease look again at different times, within so many milliseconds. */
const HELD_JITTER = 1_000;

/** Name of the timer that looks for sources whose replica died in a round. */
const LOOK = 'abandoned rounds';
/** Rounds that waited for the store begin within so many milliseconds of its return. */
const BACK_JITTER = 500;
/** As often a round begins again at once; after that it may be why the store goes away. */
const MOST_INTERRUPTIONS = 3;

/**
 * Gives every configured source its schedule: a round at once, then each by its own interval, so that none waits for
 * another. A new reading of the configuration takes effect at once, for the sources that differ. Among replicas a round
 * of one counts for all; while another has one under way, it waits until that one's lease may have ended, and takes
 * over the round of one that died.
 */
@Injectable()
export class SyncScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sync');
  private readonly schedules = new Map<string, SourceSchedule>();
  /** When this process has planned the next round of each source, by name, in milliseconds since 1970. */
  private readonly ownPlans = new Map<string, number>();
  /** How often in a row the store went away under a round of each source. */
  private readonly interruptions = new Map<string, number>();
  private applying: Promise<void> = Promise.resolve();
  private subscription: Subscription | undefined;
  private isStopping = false;

  constructor(
    private readonly config: LiveConfig,
    private readonly rounds: LeasedRounds,
    private readonly timers: SchedulerRegistry,
    private readonly progress: SyncProgress,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly gate: StoreGate,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.gate.begin(() => this.apply(this.config.current));
    this.subscription = this.config.changes.subscribe(() => this.applyLater());
    const { lookEveryMs } = this.rounds;
    if (lookEveryMs !== undefined) this.timers.addInterval(LOOK, this.lookEvery(lookEveryMs));
  }

  /** No new round, and none left running: the store may close afterwards. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.subscription?.unsubscribe();
    if (this.timers.doesExist('interval', LOOK)) this.timers.deleteInterval(LOOK);
    await this.stop([...this.schedules.values()]);
  }

  private applyLater(): void {
    this.applying = this.applying
      .then(() => this.apply(this.config.current))
      .catch((error: unknown) => {
        this.logger.error(`The new sources could not be stored, and will be tried again: ${String(error)}`);
        if (!this.isStopping) setTimeout(() => this.applyLater(), APPLY_AGAIN_AFTER).unref();
      });
  }

  private lookEvery(milliseconds: number): NodeJS.Timeout {
    const timer = setInterval(() => void this.takeOverAbandoned().catch(() => undefined), milliseconds);
    return timer.unref();
  }

  /** While the store is away nobody can take anything over; the next look follows soon. */
  private async takeOverAbandoned(): Promise<void> {
    if (!this.gate.isReady) return;
    for (const name of await this.rounds.abandoned()) {
      const schedule = this.schedules.get(name);
      if (schedule?.isRunning === false) schedule.trigger();
    }
  }

  /** A source that differs in anything starts afresh; its next round sees by itself whether it must read again. */
  private async apply({ sources }: RegistryConfig): Promise<void> {
    const wanted = new Map(sources.map((source) => [source.name, JSON.stringify(source)]));
    await this.stop(
      [...this.schedules.values()].filter(({ source }) => wanted.get(source.name) !== JSON.stringify(source)),
    );
    await this.progress.adopt(sources);
    for (const source of sources) if (!this.schedules.has(source.name)) this.start(source);
  }

  private start(source: SourceConfig): void {
    if (this.isStopping) return;
    const schedule = new SourceSchedule(source, {
      timers: this.timers,
      round: (ofSource, occasion) => this.round(ofSource, occasion),
      watch: (ofSource, onChange) => this.rounds.watch(ofSource, onChange),
    });
    this.schedules.set(source.name, schedule);
    schedule.trigger();
  }

  private async stop(schedules: readonly SourceSchedule[]): Promise<void> {
    for (const { source } of schedules) this.schedules.delete(source.name);
    const stopped = Promise.all(schedules.map((schedule) => schedule.stop()));
    await Promise.race([stopped, wait(STOP_LIMIT, undefined, { ref: false })]);
  }

  /** One round, unless a timer asks for one that another replica has had meanwhile. Returns the milliseconds to the next. */
  private async round(source: SourceConfig, { isTimed, signal: stopping }: RoundOccasion): Promise<number> {
    await this.gate.whenBack(stopping);
    const { intervalMs, timeoutMs } = source.syncPolicy;
    const startedAt = this.clock.now();
    const after = (delay: number) => new Date(this.clock.now().getTime() + delay);
    const limit = beginTimeLimit(timeoutMs);
    try {
      await this.progress.refresh();
      const known = this.progress.of(source.name);
      const spared = isTimed ? this.sparedBy(known) : 0;
      if (spared > 0) return spared + Math.random() * HELD_JITTER;
      const nextAttempt = after(intervalMs);
      const signal = AbortSignal.any([stopping, limit.signal]);
      const result = await this.rounds.run({ source, signal, known, nextAttempt });
      await this.progress.refresh();
      if (result.outcome === 'held') {
        return Math.min(result.heldForMs + Math.random() * HELD_JITTER, intervalMs);
      }
      this.interruptions.delete(source.name);
      this.ownPlans.set(source.name, nextAttempt.getTime());
      const durationMs = this.clock.now().getTime() - startedAt.getTime();
      this.progress.ended(source.name, { outcome: result.outcome, durationMs });
      return withJitter(intervalMs);
    } catch (thrown) {
      if (stopping.aborted) return 0;
      const error = this.gate.explain(thrown);
      if (await this.isInterrupted(source.name, error, stopping)) return Math.random() * BACK_JITTER;
      const failures = this.progress.of(source.name).attemptCount;
      const delayMs = Math.min(retryDelay(source.syncPolicy.retry, failures), intervalMs);
      const endedAt = this.clock.now();
      const durationMs = endedAt.getTime() - startedAt.getTime();
      logFailure(this.logger, { source: source.name, durationMs }, { error, delayMs });
      const nextAttempt = after(delayMs);
      const message = error instanceof Error ? error.message : String(error);
      const code = isDomainError(error) && { code: error.code };
      await this.recordFailure(source, { startedAt, endedAt, message, nextAttempt, ...code });
      this.ownPlans.set(source.name, nextAttempt.getTime());
      this.progress.ended(source.name, { outcome: 'failed', durationMs });
      return delayMs;
    } finally {
      limit.lift();
    }
  }

  /**
   * A round that the store went away under has not failed: it waits until the store is back, and begins again. True
   * unless that has happened too often.
   */
  private async isInterrupted(name: string, error: unknown, stopping: AbortSignal): Promise<boolean> {
    if (!(await this.gate.isCauseOf(error))) return false;
    this.progress.interrupted(name);
    await this.gate.whenBack(stopping);
    const times = (this.interruptions.get(name) ?? 0) + 1;
    this.interruptions.set(name, times % (MOST_INTERRUPTIONS + 1));
    return times <= MOST_INTERRUPTIONS || stopping.aborted;
  }

  /** Milliseconds to the next round that another replica has planned after one of its own; 0 when there is none. */
  private sparedBy({ name, phase, nextAttempt }: SourceEntity): number {
    // A round under way may have been abandoned: only its lease tells.
    if (phase === 'syncing' || nextAttempt === null) return 0;
    if (nextAttempt.getTime() === this.ownPlans.get(name)) return 0;
    return Math.max(0, nextAttempt.getTime() - this.clock.now().getTime());
  }

  private async recordFailure(source: SourceConfig, failure: RoundFailure): Promise<void> {
    try {
      const lease = this.rounds.lastLease(source.name);
      await this.progress.failed(source.name, { ...failure, ...(lease && { lease }) });
    } catch (error) {
      this.logger.error(`${source.name}: the failed round could not be recorded: ${String(error)}`);
    }
  }
}
