import cluster, { type Worker } from 'node:cluster';
import type { LoggerService } from '@nestjs/common';
import { DomainError } from './common/domain-error.js';
import type { WorkerOrder } from './worker-orders.js';

/** What a worker gets beyond `server.shutdownGrace` to close its store before it is killed, in milliseconds. */
const CLOSING_LIMIT = 10_000;
/** First and longest wait before a worker that ended is started again, in milliseconds. */
const [SHORTEST_WAIT, LONGEST_WAIT] = [100, 10_000];
/** A worker that served this long ended by a mishap of its own: the next one starts after the shortest wait. */
const STEADY_AFTER = 30_000;

/** Has a worker accept one connection and look aside, so that many at once do not all go to whoever woke up first. */
const ONE_AT_A_TIME = { UV_TCP_SINGLE_ACCEPT: '1' };

/** How workers are run. */
export interface SupervisorOptions {
  /** How many serve at the same time. */
  readonly count: number;
  /** `server.shutdownGrace` in milliseconds. */
  readonly graceMs: number;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
}

/**
 * Keeps several processes of this program serving on the same addresses: starts them, starts one again that ended,
 * and hands on what it is told by signals. It serves nothing itself and knows no registry. The first worker has to
 * listen before the others start, so a mistake in the configuration is told once and the schema is migrated once.
 */
export class WorkerSupervisor {
  private readonly workers = new Set<Worker>();
  private readonly listening = new Set<Worker>();
  private readonly restarts = new Set<NodeJS.Timeout>();
  private waitMs = SHORTEST_WAIT;
  private isStopping = false;
  /** Before that the end of a worker is the end of the start. */
  private hasServed = false;
  private whenEmpty: (() => void) | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  /**
   * Resolves when it was told to stop (`SIGTERM`, `SIGINT`) and every worker has ended; a second signal kills them.
   * @throws DomainError `conflict` when the first worker ends before it listens: it has said why
   */
  async run(): Promise<void> {
    const { count, logger } = this.options;
    // Every worker accepts from the same socket. Handed out in turns by this process instead, connections on their way to
    // a worker that dies would stay open without an answer for ever.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    process.on('SIGHUP', () => this.tellAll('reload'));
    const stopped = this.stopSignal();
    const listens = this.start();
    if ((await Promise.race([listens, stopped])) === 'ended' && !this.isStopping) {
      throw new DomainError('conflict', 'The first of the workers ended before it served anything');
    }
    for (let other = 1; other < count && !this.isStopping; other += 1) void this.start();
    if (!this.isStopping) logger.log(`${count} workers share the addresses`, 'Server');
    await stopped;
    await this.stop();
  }

  /** Resolves when the new worker listens, or has ended before. */
  private start(): Promise<'listening' | 'ended'> {
    const worker = cluster.fork(ONE_AT_A_TIME);
    const startedAt = performance.now();
    this.workers.add(worker);
    // What a dead worker did not read any more is no failure of ours.
    worker.on('error', () => undefined);
    this.letSomebodyListen();
    return new Promise((resolve) => {
      worker.once('listening', () => {
        this.listening.add(worker);
        this.hasServed = true;
        resolve('listening');
      });
      worker.once('exit', (code, signal) => {
        resolve('ended');
        this.listening.delete(worker);
        this.workers.delete(worker);
        if (this.workers.size === 0) this.whenEmpty?.();
        if (this.isStopping || !this.hasServed) return;
        this.startAgain(signal ?? `code ${code}`, performance.now() - startedAt);
      });
    });
  }

  private startAgain(fate: string, livedMs: number): void {
    this.waitMs = livedMs > STEADY_AFTER ? SHORTEST_WAIT : this.waitMs;
    this.options.logger.warn(`A worker ended (${fate}); another one starts in ${this.waitMs} ms`, 'Server');
    const restart = setTimeout(() => {
      this.restarts.delete(restart);
      void this.start();
    }, this.waitMs);
    this.restarts.add(restart);
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT);
    this.letSomebodyListen();
  }

  /** A worker listens once it is ready, but nobody is left without an answer for that: probes want one meanwhile. */
  private letSomebodyListen(): void {
    if (this.listening.size === 0) this.tellAll('listen');
  }

  private tellAll(order: WorkerOrder): void {
    for (const worker of this.workers) if (worker.isConnected()) worker.send(order);
  }

  private async stop(): Promise<void> {
    for (const restart of this.restarts) clearTimeout(restart);
    if (this.workers.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.whenEmpty = resolve;
    });
    this.tellAll('stop');
    const killer = setTimeout(() => this.killAll(), this.options.graceMs + CLOSING_LIMIT);
    await empty;
    clearTimeout(killer);
  }

  private killAll(): void {
    for (const worker of this.workers) worker.process.kill('SIGKILL');
  }

  private stopSignal(): Promise<'stopped'> {
    return new Promise((resolve) => {
      const onSignal = () => {
        if (this.isStopping) {
          this.killAll();
          process.exit(1);
        }
        this.isStopping = true;
        resolve('stopped');
      };
      process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    });
  }
}
