import type { Duplex } from 'node:stream';
import { DomainError } from '../common/domain-error.js';
import { ClusterLease } from './cluster-lease.js';
import { type EmbeddedStore, openEmbeddedStore } from './embedded-store.js';
import { StoreFence } from './store-fence.js';

/** Where an embedded store lies; a directory that several nodes can reach needs a lease. */
export interface EmbeddedPlace {
  /** Absent: in memory, where there is nothing to share. */
  readonly baseDir?: string | undefined;
  /** Name of a Lease of the cluster. */
  readonly lease?: string | undefined;
}

/** The embedded store of one process, which opens it behind its lease when it has one. */
export class EmbeddedAccess {
  /** Rejects, with a DomainError, when the lease is lost: the store has been let go by then. */
  readonly lost: Promise<never>;
  private store: EmbeddedStore | undefined;
  private lostReason: DomainError | undefined;
  private readonly fence: StoreFence | undefined;
  private readonly lease: ClusterLease | undefined;
  private readonly baseDir: string | undefined;

  constructor({ baseDir, lease }: EmbeddedPlace) {
    this.baseDir = baseDir;
    let reject: (reason: DomainError) => void = () => undefined;
    this.lost = new Promise<never>((_resolve, rejecting) => (reject = rejecting));
    // A command that does not look at it learns it from its next statement.
    this.lost.catch(() => undefined);
    if (baseDir === undefined || lease === undefined) return;
    const fence = new StoreFence();
    this.fence = fence;
    this.lease = new ClusterLease(lease, {
      onKept: (leftMs) => fence.allowFor(leftMs),
      onLost: (reason) => {
        this.lostReason = reason;
        this.store?.engine.abandon(reason.message);
        reject(reason);
      },
    });
  }

  /** True when it may have to wait until another process has let go of it. */
  get isLeased(): boolean {
    return this.lease !== undefined;
  }

  /**
   * Opens it, once. With `standBy` it waits for the lease as long as that takes, and says there for whom.
   * @throws DomainError `store-locked`, `store-unavailable`, and what {@link ClusterLease.take} throws
   */
  async open(standBy?: (why: string) => void): Promise<void> {
    if (this.store !== undefined) return;
    await this.lease?.take(standBy);
    const store = await openEmbeddedStore(this.baseDir, this.fence);
    this.store = store;
    if (this.lostReason === undefined) return;
    store.engine.abandon(this.lostReason.message);
    throw this.lostReason;
  }

  /** A new connection for the `pg` driver. */
  readonly connect = (): Duplex => {
    if (this.store === undefined) throw new Error('The embedded store is not open');
    return this.store.engine.connect();
  };

  /** Closes it, and lets the next process in. */
  async close(): Promise<void> {
    await this.store?.close();
    await this.lease?.release();
  }
}
