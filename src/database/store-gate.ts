import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { StoreOutage, type StoreWatch } from './store-outage.js';

/** Pauses between attempts, in milliseconds: doubling from the first to the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;

/** How a store is opened and closed. */
export interface StoreOpening {
  /**
   * One attempt. One that may last until others have done something says there what it waits for, when it is given
   * `standBy`, and fails otherwise. @throws an error whose message says, without secrets, what to change
   */
  readonly open: (standBy?: (why: string) => void) => Promise<void>;
  readonly close: () => Promise<void>;
  /** What went wrong while something used the store. */
  readonly explain?: (error: unknown) => Error;
  /** Absent for a store that cannot go away alone. */
  readonly watch?: StoreWatch;
  /** Rejects when this process must not use the store any more. */
  readonly lost?: Promise<never>;
}

/**
 * Knows whether the store can be used: it is there, and its schema is the one this program needs. Until then whoever
 * needs it waits here, and the process lives; also while a store that was there is away.
 */
export class StoreGate {
  private readonly logger = new Logger('Store');
  private readonly stopping = new AbortController();
  private opened = false;
  private trying: Promise<void> | undefined;
  private work: Promise<void> = Promise.resolve();
  private reason: string | undefined;
  private standingBy: string | undefined;

  private readonly outage: StoreOutage | undefined;

  constructor(private readonly opening: StoreOpening) {
    const { watch } = opening;
    if (watch !== undefined) this.outage = new StoreOutage(watch, (error) => this.inWords(error));
  }

  /** True while the store can be used, as far as anybody has seen. */
  get isReady(): boolean {
    return this.opened && this.problem === undefined;
  }

  /** Why it cannot be used yet, or does not answer any more, in one line without secrets. */
  get problem(): string | undefined {
    return this.outage?.problem ?? this.reason;
  }

  /** What it waits for that is no fault: another process has the store, and this one is there to take over. */
  get standby(): string | undefined {
    return this.standingBy;
  }

  /** Rejects when this process must not use the store any more, and should end. */
  get lost(): Promise<never> {
    return this.opening.lost ?? new Promise<never>(() => undefined);
  }

  /** What the error of a statement means, in words that say what to change; any other error as it is. */
  explain(error: unknown): unknown {
    return this.opening.watch?.isOwn(error) === true ? this.inWords(error) : error;
  }

  /**
   * Whether something failed because the store was away: then it is to be done again when the store is back, which is
   * at once when only a connection was lost.
   */
  async isCauseOf(error: unknown): Promise<boolean> {
    return this.opened && this.outage !== undefined && this.outage.isCauseOf(error);
  }

  /** Resolves once a store that went away answers again, or `signal` aborts. */
  async whenBack(signal: AbortSignal): Promise<void> {
    await this.outage?.whenBack(signal);
  }

  /** One attempt, for whoever cannot wait. @throws what is wrong */
  openNow(): Promise<void> {
    return this.attempt();
  }

  /** Resolves when the store can be used, and tries until then. Rejects only when the program ends before. */
  whenReady(): Promise<void> {
    this.trying ??= this.untilDone(() => this.attempt((why) => this.standBy(why)));
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
    this.outage?.stop();
    await this.opening.close();
  }

  private async attempt(standBy?: (why: string) => void): Promise<void> {
    if (this.opened) return;
    await this.opening.open(standBy).finally(() => (this.standingBy = undefined));
    this.opened = true;
    this.reason = undefined;
  }

  /** One line for each reason. */
  private standBy(why: string): void {
    if (why !== this.standingBy) this.logger.log(why);
    this.standingBy = why;
    this.reason = undefined;
  }

  private inWords(error: unknown): Error {
    const explained = this.opening.explain?.(error) ?? error;
    return explained instanceof Error ? explained : new Error(String(explained));
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
    const reason = this.inWords(error).message;
    if (reason !== this.reason && !this.stopping.signal.aborted) this.logger.error(reason);
    this.reason = reason;
  }
}
