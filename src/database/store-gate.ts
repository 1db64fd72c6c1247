import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';

/** Pauses between attempts, in milliseconds: doubling from the first to the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;

/** How a store is opened and closed. */
export interface StoreOpening {
  /** One attempt. @throws an error whose message says, without secrets, what to change */
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** What went wrong while something used the store. */
  readonly explain?: (error: unknown) => Error;
}

/**
 * Knows whether the store can be used: it is there, and its schema is the one this program needs. Until then whoever
 * needs it waits here, and the process lives.
 */
export class StoreGate {
  private readonly logger = new Logger('Store');
  private readonly stopping = new AbortController();
  private opened = false;
  private trying: Promise<void> | undefined;
  private work: Promise<void> = Promise.resolve();
  private reason: string | undefined;

  constructor(private readonly opening: StoreOpening) {}

  /** True once the store can be used. */
  get isReady(): boolean {
    return this.opened;
  }

  /** Why it cannot be used yet, in one line without secrets. */
  get problem(): string | undefined {
    return this.reason;
  }

  /** One attempt, for whoever cannot wait. @throws what is wrong */
  async openNow(): Promise<void> {
    if (this.opened) return;
    await this.opening.open();
    this.opened = true;
    this.reason = undefined;
  }

  /** Resolves when the store can be used, and tries until then. Rejects only when the program ends before. */
  whenReady(): Promise<void> {
    this.trying ??= this.untilDone(() => this.openNow());
    return this.trying;
  }

  /**
   * Runs `work` with the store, in the order of the calls. With a store that is there already this waits for it, and
   * fails with it; otherwise it returns at once, and `work` runs when the store is there, again when it failed.
   */
  async begin(work: () => Promise<void>): Promise<void> {
    if (this.opened && this.trying === undefined) return work();
    const before = this.work;
    this.work = this.whenReady()
      .then(() => before)
      .then(() => this.untilDone(work))
      .catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.opening.close();
  }

  private async untilDone(work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      signal.throwIfAborted();
      try {
        await work();
        this.reason = undefined;
        return;
      } catch (error) {
        this.report(error);
      }
      await wait(pause * (0.75 + Math.random() / 2), undefined, { signal, ref: false });
    }
  }

  /** One line for each reason, however often it is met. */
  private report(error: unknown): void {
    const explained = this.opening.explain?.(error) ?? error;
    const reason = explained instanceof Error ? explained.message : String(explained);
    if (reason !== this.reason && !this.stopping.signal.aborted) this.logger.error(reason);
    this.reason = reason;
  }
}
