import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { formatDuration } from '../common/duration.js';

/** How a store that was opened is seen to be away, and back. */
export interface StoreWatch {
  /** The shortest question that a store can answer. @throws when it does not */
  readonly probe: () => Promise<void>;
  /** Whether an error is that of a statement. */
  readonly isOwn: (error: unknown) => boolean;
  /** Whether an error is that of a connection which was lost. */
  readonly isLoss: (error: unknown) => boolean;
  /** Called each time that the store answers again. */
  readonly onBack: () => void;
}

/** Pause between two questions to a store that is away, in milliseconds. */
const PAUSE = 1_000;
/**
 * Notices that a store which was there has gone away, and when it is back. One line of the log for each, whoever
 * meets it and however often.
 */
export class StoreOutage {
  private readonly logger = new Logger('Store');
  private readonly stopping = new AbortController();
  private asking: Promise<boolean> | undefined;
  private back: Promise<void> | undefined;
  private reason: string | undefined;

  constructor(
    private readonly watch: StoreWatch,
    private readonly explain: (error: unknown) => Error,
  ) {}

  /** Why the store does not answer, in one line without secrets; undefined while it does. */
  get problem(): string | undefined {
    return this.reason;
  }

  /** Whether something failed because the store was away, which is found out by asking it. */
  async isCauseOf(error: unknown): Promise<boolean> {
    const answers = await this.answers();
    return !answers || this.watch.isLoss(error);
  }

  /** Resolves once the store answers again, or `signal` aborts; at once while nobody has seen it away. */
  async whenBack(signal: AbortSignal): Promise<void> {
    if (this.back === undefined || signal.aborted) return;
    const over = new AbortController();
    const given = once(signal, 'abort', { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.back, given]);
    over.abort();
  }

  /** Ends the questions. */
  stop(): void {
    this.stopping.abort();
  }

  private answers(): Promise<boolean> {
    if (this.back !== undefined || this.stopping.signal.aborted) return Promise.resolve(false);
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<boolean> {
    try {
      await this.watch.probe();
      return true;
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      this.reason = this.explain(error).message;
      this.logger.error(`${this.reason}. What was loaded is served, and rounds wait`);
      this.back = this.untilItAnswers(performance.now());
      return false;
    }
  }

  private async untilItAnswers(since: number): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await wait(PAUSE * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      try {
        await this.watch.probe();
        break;
      } catch (error) {
        this.reason = this.explain(error).message;
      }
    }
    this.back = undefined;
    this.reason = undefined;
    const seconds = Math.round((performance.now() - since) / 1_000);
    this.logger.log(`The store answers again, after ${formatDuration(seconds * 1_000)}`);
    this.watch.onBack();
  }
}
