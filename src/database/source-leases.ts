import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { LeaseStore } from './stores/lease.store.js';

/** Shortest time between two heartbeats that failed, in milliseconds. */
const SHORTEST_RETRY = 50;
/** How often in the length of a lease one looks for sources whose process died: a takeover is so much later at most. */
const LOOKS_IN_A_LEASE = 12;

/** The right to run the rounds of one source, until it is released or lost. */
export interface SourceLease {
  readonly source: string;
  /** Goes into every commit of the round, which is refused once another process has taken the source over. */
  readonly token: number;
  /** Aborts with a DomainError `conflict` when the lease is lost: taken over, or not prolonged in time. */
  readonly signal: AbortSignal;
  /** Asks the store whether another process has it now; false when the store does not answer. */
  isTakenOver(): Promise<boolean>;
  /** Ends the heartbeat and lets others in at once. Never fails: what cannot be released expires, unless this process asks again before. */
  release(): Promise<void>;
}

/** Another process has the lease. */
export interface LeaseHeld {
  readonly heldForMs: number;
}

/**
 * Leases of sources, so that all the processes on one database run one round of a source at a time. Each is kept alive
 * by a heartbeat every third of its length (`sync.leaseLength`); when its process dies it expires and the next one
 * takes over with a greater token.
 */
@Injectable()
export class SourceLeases {
  private readonly logger = new Logger('Lease');
  private readonly holder = `${hostname()} ${process.pid} ${randomUUID()}`;
  private readonly lengthMs: number;
  /** Nobody else can open an embedded store: there the lease cannot be lost, however long a heartbeat has to wait. */
  private readonly isShared: boolean;
  /** Sources of which the store may have a lease of this process that nobody here has any more. */
  private readonly inDoubt = new Set<string>();

  constructor(
    @Inject(REGISTRY_CONFIG) config: Pick<RegistryConfig, 'sync' | 'database'>,
    private readonly store: LeaseStore,
  ) {
    this.lengthMs = config.sync.leaseLengthMs;
    this.isShared = config.database !== undefined;
  }

  /**
   * Takes the lease of a source, or says how long another process has it at least. `longestMs` shortens it for sources
   * of which a dead follower is to be replaced sooner. @throws when the store fails
   */
  async acquire(source: string, longestMs = Infinity): Promise<SourceLease | LeaseHeld> {
    const askedAt = performance.now();
    const lengthMs = Math.min(this.lengthMs, longestMs);
    const fromItself = this.inDoubt.delete(source);
    const request = { source, holder: this.holder, lengthMs, fromItself };
    const token = await this.store.acquire(request).catch((error: unknown) => {
      this.inDoubt.add(source);
      throw error;
    });
    if (token === undefined) return { heldForMs: await this.store.remaining(source) };
    return this.keep({ source, token }, askedAt, lengthMs);
  }

  /** Sources whose process died in a round and whose lease has run out since. @throws when the store fails */
  abandoned(): Promise<readonly string[]> {
    return this.store.abandoned();
  }

  /** Milliseconds after which it pays to look again for abandoned sources; undefined where there are no other processes. */
  get lookEveryMs(): number | undefined {
    return this.isShared ? this.lengthMs / LOOKS_IN_A_LEASE : undefined;
  }

  private keep(ref: { source: string; token: number }, askedAt: number, lengthMs: number): SourceLease {
    const lost = new AbortController();
    let heartbeat: NodeJS.Timeout | undefined;
    let isReleased = false;
    const lose = (reason: string) => {
      if (isReleased || lost.signal.aborted) return;
      clearTimeout(heartbeat);
      this.logger.warn(`${ref.source}: ${reason}; its round is given up`);
      lost.abort(new DomainError('conflict', reason));
    };
    const deadlineAfter = (start: number): NodeJS.Timeout | undefined => {
      if (!this.isShared) return undefined;
      const left = start + lengthMs - performance.now();
      return setTimeout(() => lose('the lease ran out before it could be prolonged'), left).unref();
    };
    let deadline = deadlineAfter(askedAt);
    const beat = async () => {
      const start = performance.now();
      const isKept = await this.store.renew(ref, lengthMs).catch(() => undefined);
      if (isReleased || lost.signal.aborted) return;
      if (isKept === false) {
        clearTimeout(deadline);
        lose('another replica took this source over');
        return;
      }
      if (isKept === true) {
        clearTimeout(deadline);
        deadline = deadlineAfter(start);
      }
      next(isKept === true ? lengthMs / 3 : Math.max(SHORTEST_RETRY, lengthMs / 12));
    };
    const next = (delay: number) => {
      heartbeat = setTimeout(() => void beat(), delay).unref();
    };
    next(lengthMs / 3);
    const release = async () => {
      if (isReleased) return;
      isReleased = true;
      clearTimeout(heartbeat);
      clearTimeout(deadline);
      await this.store.release(ref).catch((error: unknown) => {
        this.inDoubt.add(ref.source);
        this.logger.debug(`${ref.source}: the lease could not be released and expires: ${String(error)}`);
      });
    };
    const isTakenOver = async () => (await this.store.renew(ref, lengthMs).catch(() => undefined)) === false;
    return { ...ref, signal: lost.signal, isTakenOver, release };
  }
}
