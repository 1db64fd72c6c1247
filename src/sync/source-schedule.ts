import type { SchedulerRegistry } from '@nestjs/schedule';
import { LONGEST_TIMER } from '../common/until-aborted.js';
import type { SourceConfig } from '../config/registry-config.js';
import type { SourceWatch } from '../sources/source-provider.js';

/** Why there is a round now. */
export interface RoundOccasion {
  /** True when the interval has passed; false for one that was asked for: at the start, after a change. */
  readonly isTimed: boolean;
  /** Ends the round with its schedule. */
  readonly signal: AbortSignal;
}

/** What a schedule needs of the scheduler that it belongs to. */
export interface ScheduleWork {
  readonly timers: SchedulerRegistry;
  /** One round. Resolves with the milliseconds to the next, and never rejects. */
  round(source: SourceConfig, occasion: RoundOccasion): Promise<number>;
  /** Watches the source between its rounds; undefined when it cannot be watched. */
  watch(source: SourceConfig, onChange: () => void): SourceWatch | undefined;
}

/** The rounds of one source, never two at once: each by its interval, and at once when the source has changed. */
export class SourceSchedule {
  private readonly stopping = new AbortController();
  private readonly watch: SourceWatch | undefined;
  private running: Promise<void> | undefined;
  private isAsked = false;

  constructor(
    readonly source: SourceConfig,
    private readonly work: ScheduleWork,
  ) {
    this.watch = work.watch(source, () => this.trigger());
  }

  /** Begins a round now; while one is under way, one more follows it. */
  trigger(): void {
    this.isAsked = true;
    this.begin();
  }

  /** True while a round is under way. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Ends the round under way and begins no more. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.watch?.close();
    this.dropTimer();
    await this.running;
  }

  private begin(): void {
    if (this.stopping.signal.aborted || this.running !== undefined) return;
    this.dropTimer();
    this.running = this.runAsAsked();
  }

  private async runAsAsked(): Promise<void> {
    const { signal } = this.stopping;
    let delay: number;
    do {
      const isTimed = !this.isAsked;
      this.isAsked = false;
      delay = await this.work.round(this.source, { isTimed, signal });
    } while (this.isAsked && !signal.aborted);
    this.running = undefined;
    if (signal.aborted) return;
    const timer = setTimeout(() => this.begin(), Math.min(delay, LONGEST_TIMER));
    this.work.timers.addTimeout(this.timerName, timer);
  }

  private dropTimer(): void {
    const { timers } = this.work;
    if (timers.doesExist('timeout', this.timerName)) timers.deleteTimeout(this.timerName);
  }

  private get timerName(): string {
    return `sync ${this.source.name}`;
  }
}
