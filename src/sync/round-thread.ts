import { Worker } from 'node:worker_threads';
import { DomainError } from '../common/domain-error.js';
import { builtFile } from '../common/package-files.js';
import { Turns } from '../common/turns.js';
import type { RefusedDocument } from '../model/entry.js';
import type { RoundJob, RoundReply, RoundRequest } from './round-protocol.js';
import type { RoundLists, RoundPlan } from './round-reader.js';
import type { RoundWork } from './round-work.js';

const WORKER = builtFile('round-worker.js');
/**
 * Most of what is read is garbage at once, and a small young generation takes it without growing. The bound of the old one
 * is for millions of versions; below it V8 collects sooner than it would without.
 */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 };

interface Waiting {
  resolve(reply: RoundReply): void;
  reject(error: Error): void;
}

/** The work of a large round, in a thread that lasts until it is closed or the signal comes. */
export class RoundThread implements RoundWork {
  private readonly worker: Worker;
  /** Requests one after the other: the next batch is asked for while the last one is used. */
  private readonly turns = new Turns(1);
  private waiting: Waiting | undefined;
  private broken: Error | undefined;
  private onProgress: ((documents: number) => void) | undefined;
  private readonly onAbort: () => void;

  constructor(
    job: RoundJob,
    private readonly signal: AbortSignal,
  ) {
    this.worker = new Worker(WORKER, { workerData: job, resourceLimits: HEAP_LIMITS });
    this.worker.on('message', (reply: RoundReply) => this.take(reply));
    this.worker.on('error', (error) => this.fail(crash(error)));
    this.worker.on('exit', () => this.fail(crash(undefined)));
    this.onAbort = () => {
      this.fail(signal.reason as Error);
      void this.worker.terminate();
    };
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
  }

  async store(heads: string): Promise<void> {
    await this.ask({ type: 'store', heads }, 'done');
  }

  async storeRefused(refused: readonly RefusedDocument[]): Promise<void> {
    await this.ask({ type: 'store-refused', refused }, 'done');
  }

  async read(now: Date, onProgress: (documents: number) => void): Promise<RoundPlan> {
    this.onProgress = onProgress;
    const { plan } = await this.ask({ type: 'read', now }, 'plan');
    return plan;
  }

  async batch<List extends keyof RoundLists>(
    list: List,
    index: number,
  ): Promise<readonly RoundLists[List][]> {
    const { rows } = await this.ask({ type: 'batch', list, index }, 'batch');
    return rows as readonly RoundLists[List][];
  }

  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.onAbort);
    await this.worker.terminate();
  }

  private async ask<Type extends RoundReply['type']>(
    request: RoundRequest,
    type: Type,
  ): Promise<Extract<RoundReply, { type: Type }>> {
    const reply = await this.turns.take(this.signal, () => this.exchange(request));
    if (reply.type !== type) throw new Error(`The thread of the round answered ${reply.type}`);
    return reply as Extract<RoundReply, { type: Type }>;
  }

  private exchange(request: RoundRequest): Promise<RoundReply> {
    if (this.broken !== undefined) return Promise.reject(this.broken);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.worker.postMessage(request);
    });
  }

  private take(reply: RoundReply): void {
    if (reply.type === 'progress') this.onProgress?.(reply.documents);
    else if (reply.type === 'failed') {
      this.fail(new DomainError(reply.code, reply.message, { problems: reply.problems }));
    } else this.waiting?.resolve(reply);
  }

  /** Whoever asks it, now or later, is told the first thing that went wrong. */
  private fail(error: Error): void {
    this.broken ??= error;
    this.waiting?.reject(this.broken);
  }
}

function crash(cause: NodeJS.ErrnoException | undefined): DomainError {
  if (cause?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const message = 'Reading the source needs more memory than the program may take';
    return new DomainError('limit-exceeded', message, { cause });
  }
  const message = 'The thread that reads the source has stopped; nothing was changed';
  return new DomainError('source-unavailable', message, { cause });
}
