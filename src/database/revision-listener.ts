import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Client, type ClientConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { RevisionFeed } from './revision-feed.js';

/** On which the triggers of the schema notify, without a payload; tests of the way have one. */
const CHANNEL = 'thv_registry_api';

/** Times in milliseconds. */
export interface ListenerTimes {
  /** Between two looks without notification. */
  readonly poll: number;
  /** Until a notification that this process sends itself counts as lost. */
  readonly echo: number;
  /** Between two tests of a connection that works. */
  readonly recheck: number;
  /** Until notifications that did not pass are tried again. */
  readonly deaf: number;
  /** Longest pause between two attempts to connect. */
  readonly reconnect: number;
}

const TIMES: ListenerTimes = { poll: 5_000, echo: 3_000, recheck: 60_000, deaf: 60_000, reconnect: 5_000 };
const FIRST_PAUSE = 100;

type End = 'ended' | 'deaf';

/**
 * Hears from the database what other processes change, on a connection of its own, and makes the feed look again. It
 * looks every few seconds besides: notifications are lost while the connection is, and a pooler in transaction mode
 * passes none, which is found out by sending one to itself over the pool.
 */
export class RevisionListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Replicas');
  private readonly stopping = new AbortController();
  private readonly echoes = new Map<string, () => void>();
  private running: Promise<void> | undefined;
  private poller: NodeJS.Timeout | undefined;
  private isHearing: boolean | undefined;

  /** `connection` is that of the pool's connections; undefined for a store that no other process can open. */
  constructor(
    private readonly feed: RevisionFeed,
    private readonly dataSource: DataSource,
    private readonly connection: (() => ClientConfig) | undefined,
    private readonly times: ListenerTimes = TIMES,
  ) {}

  /** True while notifications arrive, false while only looking helps; undefined before either is known. */
  get hears(): boolean | undefined {
    return this.isHearing;
  }

  onApplicationBootstrap(): void {
    const { connection } = this;
    if (connection === undefined) return;
    this.poller = setInterval(() => this.feed.lookElsewhere(), this.times.poll).unref();
    this.running = this.follow(connection);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.poller);
    this.stopping.abort();
    await this.running;
  }

  private async follow(connection: () => ClientConfig): Promise<void> {
    const { signal } = this.stopping;
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      const end = await this.session(connection()).catch((error: unknown): End => {
        this.logger.debug(`The connection for notifications failed: ${String(error)}`);
        return 'ended';
      });
      if (signal.aborted) return;
      if (end === 'deaf') this.becomes(false);
      const wasHearing = this.isHearing === true;
      if (wasHearing) this.isHearing = undefined;
      pause = wasHearing ? FIRST_PAUSE : Math.min(2 * pause, this.times.reconnect);
      const delay = end === 'deaf' ? this.times.deaf : pause;
      await wait(delay * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  /** Listens until the connection ends, or turns out to bring nothing. */
  private async session(connection: ClientConfig): Promise<End> {
    const client = new Client({ ...connection, keepAlive: true });
    const over = new AbortController();
    const end = () => over.abort();
    client.on('error', end).on('end', end);
    client.on('notification', ({ payload = '' }) => {
      if (payload === '') this.feed.lookElsewhere();
      else this.echoes.get(payload)?.();
    });
    const { signal } = this.stopping;
    signal.addEventListener('abort', end, { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      // What was changed while nobody listened.
      this.feed.lookElsewhere();
      while (!over.signal.aborted) {
        if (!(await this.hearsItself(over.signal))) {
          return over.signal.aborted || this.isHearing === true ? 'ended' : 'deaf';
        }
        this.becomes(true);
        await pauseUntil(over.signal, this.times.recheck);
      }
      return 'ended';
    } finally {
      signal.removeEventListener('abort', end);
      await client.end().catch(() => undefined);
    }
  }

  /** Whether a notification arrives that is sent from another connection. */
  private async hearsItself(over: AbortSignal): Promise<boolean> {
    const payload = `test ${randomUUID()}`;
    const arrived = new Promise<true>((resolve) => this.echoes.set(payload, () => resolve(true)));
    try {
      await this.dataSource.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
      return await Promise.race([arrived, pauseUntil(over, this.times.echo)]);
    } finally {
      this.echoes.delete(payload);
    }
  }

  private becomes(hearing: boolean): void {
    if (this.isHearing === hearing) return;
    this.isHearing = hearing;
    if (hearing) this.logger.log('Changes of other replicas arrive by notification');
    else {
      this.logger.warn(
        'Notifications of the database do not arrive, as behind a pooler in transaction mode: changes of other ' +
          `replicas are looked for every ${this.times.poll / 1000} s`,
      );
    }
  }
}

/** Waits, at most until `over`. Always false. */
async function pauseUntil(over: AbortSignal, milliseconds: number): Promise<false> {
  await wait(milliseconds, undefined, { signal: over, ref: false }).catch(() => undefined);
  return false;
}
