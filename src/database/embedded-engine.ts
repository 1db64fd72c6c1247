import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../common/domain-error.js';
import type { EmbeddedReply, EmbeddedRequest, EmbeddedSettings } from './embedded-protocol.js';
import { EmbeddedStream } from './embedded-stream.js';

/** Where the build leaves the thread's program and the seed; a run from sources (tests) uses the same ones. */
const BUILD = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/', import.meta.url)
  : new URL('../../', import.meta.url);
/** The thread's own heap holds protocol messages only; a small young generation saves about 20 MB. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 4 };
const WORKER = new URL('src/database/embedded-worker.js', BUILD);

/** The archive of an empty, migrated cluster that `npm run build` makes. */
export const EMBEDDED_SEED = new URL('embedded-seed.tar.gz', BUILD);

/** The embedded PostgreSQL in its own thread. One session: connections take turns. */
export class EmbeddedEngine {
  private readonly streams = new Map<number, EmbeddedStream>();
  private connections = 0;
  private waiting: { resolve: (reply: EmbeddedReply) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (reply: EmbeddedReply) => this.take(reply));
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', () => this.fail(new Error('The embedded store has stopped')));
  }

  /** Starts the engine. @throws DomainError `store-unavailable` */
  static async start(settings: EmbeddedSettings): Promise<EmbeddedEngine> {
    // Compiling the engine a second time, for speed, takes 70 MB and was not measurably faster for what runs here.
    setFlagsFromString('--liftoff-only');
    const worker = new Worker(WORKER, { workerData: settings, resourceLimits: THREAD_LIMITS });
    const engine = new EmbeddedEngine(worker);
    try {
      await engine.answer();
    } catch (error) {
      await engine.worker.terminate();
      throw new DomainError('store-unavailable', 'The embedded store could not be opened', { cause: error });
    }
    return engine;
  }

  /** A new connection for the `pg` driver. */
  readonly connect = (): EmbeddedStream => {
    this.connections += 1;
    const connection = this.connections;
    const stream = new EmbeddedStream(
      (bytes) => this.post({ type: 'data', connection, bytes }),
      () => this.streams.delete(connection),
    );
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

  /** Shuts the cluster down cleanly and ends the thread. */
  async close(): Promise<void> {
    this.post({ type: 'close' });
    await this.answer();
    await this.worker.terminate();
  }

  private post(request: EmbeddedRequest): void {
    this.worker.postMessage(request);
  }

  private answer(): Promise<EmbeddedReply> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private take(reply: EmbeddedReply): void {
    if (reply.type === 'data') this.streams.get(reply.connection)?.receive(reply.bytes);
    else if (reply.type === 'failed') this.fail(new Error(reply.message));
    else this.waiting?.resolve(reply);
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    for (const stream of this.streams.values()) stream.destroy(error);
  }
}
