import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../common/domain-error.js';
import { builtFile } from '../common/package-files.js';
import type { EmbeddedReply, EmbeddedRequest, EmbeddedSettings } from './embedded-protocol.js';
import { EmbeddedStream } from './embedded-stream.js';

/** The thread's own heap holds protocol messages only; a small young generation saves about 20 MB. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 4 };
/**
 * Compiling the engine a second time, for speed, takes 70 MB with Node 20 and 550 MB with Node 24, which is more than a
 * pod has, and was not measurably faster for what runs here. The second and third follow from the first only when V8
 * is told at its start: later each has to be said.
 */
const COMPILE_ONCE = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
const WORKER = builtFile('src', 'database', 'embedded-worker.js');

/** Longest wait for a clean end, in milliseconds. */
const CLOSE_LIMIT = 5_000;
/** Longest wait for the answer to a statement, in milliseconds: after a full disk the engine never gives one. */
const ANSWER_LIMIT = 30_000;

/** Path of the archive of an empty, migrated cluster that `npm run build` makes. */
export const EMBEDDED_SEED = builtFile('embedded-seed.tar.gz');

/** The embedded PostgreSQL in its own thread. One session: connections take turns. */
export class EmbeddedEngine {
  private readonly streams = new Map<number, EmbeddedStream>();
  private connections = 0;
  private broken: Error | undefined;
  private unanswered = 0;
  private watchdog: NodeJS.Timeout | undefined;
  private waiting: { resolve: (reply: EmbeddedReply) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (reply: EmbeddedReply) => this.take(reply));
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', () => this.fail(new Error('The embedded store has stopped')));
  }

  /** Starts the engine. @throws DomainError `store-unavailable` */
  static async start(settings: EmbeddedSettings): Promise<EmbeddedEngine> {
    for (const flag of COMPILE_ONCE) setFlagsFromString(flag);
    const worker = new Worker(WORKER, { workerData: settings, resourceLimits: THREAD_LIMITS });
    const engine = new EmbeddedEngine(worker);
    try {
      await engine.answer();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const where = settings.directory === undefined ? '' : ` in ${settings.directory}`;
      throw new DomainError(
        'store-unavailable',
        `The embedded store${where} could not be opened: ${reason}`,
        {
          cause: error,
        },
      );
    }
    return engine;
  }

  /** A new connection for the `pg` driver. */
  readonly connect = (): EmbeddedStream => {
    this.connections += 1;
    const connection = this.connections;
    const stream = new EmbeddedStream(
      (bytes) => this.ask(connection, bytes),
      () => this.streams.delete(connection),
    );
    const { broken } = this;
    if (broken !== undefined) {
      process.nextTick(() => stream.destroy(broken));
      return stream;
    }
    this.streams.set(connection, stream);
    this.post({ type: 'reset' });
    return stream;
  };

  /** The whole cluster as a gzipped tar archive. */
  async dump(): Promise<Uint8Array> {
    this.post({ type: 'dump' });
    const reply = await this.answer();
    if (reply.type !== 'dump') throw new Error(`The embedded store answered ${reply.type}`);
    return reply.bytes;
  }

  /** Shuts the cluster down cleanly and ends the thread; one that does not answer any more is simply ended. */
  async close(): Promise<void> {
    if (this.broken === undefined) {
      this.post({ type: 'close' });
      const timer = setTimeout(() => this.fail(new Error('it does not answer')), CLOSE_LIMIT);
      await this.answer().catch(() => undefined);
      clearTimeout(timer);
    }
    await this.worker.terminate();
  }

  /** Ends the thread in the middle of whatever it does: from now on nothing of the store is read or written. */
  abandon(reason: string): void {
    this.fail(new Error(reason));
  }

  private ask(connection: number, bytes: Uint8Array): void {
    this.unanswered += 1;
    this.watchdog ??= setTimeout(() => this.fail(new Error('it does not answer')), ANSWER_LIMIT);
    this.post({ type: 'data', connection, bytes });
  }

  private post(request: EmbeddedRequest): void {
    this.worker.postMessage(request);
  }

  private answer(): Promise<EmbeddedReply> {
    if (this.broken !== undefined) return Promise.reject(this.broken);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private take(reply: EmbeddedReply): void {
    if (reply.type === 'data') {
      this.unanswered -= 1;
      if (this.unanswered === 0) this.rest();
      else this.watchdog?.refresh();
      this.streams.get(reply.connection)?.receive(reply.bytes);
      if (!saysReady(reply.bytes))
        this.fail(new Error('it broke off an answer, as it does when its disk is full'));
    } else if (reply.type === 'failed') this.fail(new Error(reply.message));
    else this.waiting?.resolve(reply);
  }

  private rest(): void {
    clearTimeout(this.watchdog);
    this.watchdog = undefined;
  }

  /** An engine that has failed once answers nothing any more, so whoever waits for it, now or later, is told. */
  private fail(error: Error): void {
    if (this.broken !== undefined) return;
    this.broken = new DomainError('store-unavailable', `The embedded store has failed: ${error.message}`, {
      cause: error,
    });
    this.rest();
    this.waiting?.reject(error);
    for (const stream of this.streams.values()) stream.destroy(this.broken);
    void this.worker.terminate();
  }
}

/** True when an answer ends with ReadyForQuery. One that does not is the last of its engine. */
function saysReady(bytes: Uint8Array): boolean {
  return String.fromCharCode(bytes.at(-6) ?? 0) === 'Z';
}
