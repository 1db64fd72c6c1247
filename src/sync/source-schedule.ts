import type { SchedulerRegistry } from '@nestjs/schedule';
import type { SourceConfig } from '../config/registry-config.js';
import type { SourceWatch } from '../sources/source-provider.js';

/** What a schedule needs of the scheduler that it belongs to. */
export interface ScheduleWork {
  readonly timers: SchedulerRegistry;
  /** One round. Resolves with the milliseconds to the next, and never rejects. */
  round(source: SourceConfig, signal: AbortSignal): Promise<number>;
  /** Watches the source between its rounds; undefined when it cannot be watched. */
  watch(source: SourceConfig, onChange: () => void): SourceWatch | undefined;
}

/** The rounds of one source, never two at once: each by its interval, and at once when the source has changed. */
export class SourceSchedule {
  private readonly stopping = new AbortController();
  private readonly watch: SourceWatch | undefined;
  private running: Promise<void> | undefined;
  private isDue = false;

  constructor(
    readonly source: SourceConfig,
    private readonly work: ScheduleWork,
  ) {
    this.watch = work.watch(source, () => this.trigger());
  }

  /** Begins a round now; while one is under way, one more follows it. */
  trigger(): void {
    this.isDue = true;
    if (this.stopping.signal.aborted || this.running !== undefined) return;
    this.dropTimer();
    this.running = this.runWhileDue();
  }

  /** Ends the round under way and begins no more. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.watch?.close();
    this.dropTimer();
    await this.running;
  }

  private async runWhileDue(): Promise<void> {
    const { signal } = this.stopping;
    let delay = 0;
    while (this.isDue && !signal.aborted) {
      this.isDue = false;
      delay = await this.work.round(this.source, signal);
    }
    this.running = undefined;
    if (signal.aborted) return;
    const timer = setTimeout(() => this.trigger(), delay);
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
