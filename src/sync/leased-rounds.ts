import { Injectable } from '@nestjs/common';
import type { SourceConfig } from '../config/registry-config.js';
import { type SourceLease, SourceLeases } from '../database/source-leases.js';
import type { SourceWatch } from '../sources/source-provider.js';
import type { RoundResult } from './round-result.js';
import { type RoundRequest, SyncService } from './sync.service.js';

/** Longest lease of a source that follows a cluster, in milliseconds: a dead follower is replaced within 15 s. */
const CLUSTER_LEASE_MS = 10_000;

/** Another process runs the source's rounds; there is no need to look again before `heldForMs` have passed. */
export interface RoundHeld {
  readonly outcome: 'held';
  readonly heldForMs: number;
}

/** Rounds of which only one runs at a time for each source, over all the processes on one database. */
@Injectable()
export class LeasedRounds {
  /** What the last round of each source had, by name, from its lease on. */
  private readonly lastLeases = new Map<string, Pick<SourceLease, 'token'>>();

  constructor(
    private readonly leases: SourceLeases,
    private readonly rounds: SyncService,
  ) {}

  /**
   * One round, if no other process has one of this source under way. It is given up when another process takes the
   * source over, and is then `held` like one that could not begin.
   * @throws DomainError when the round fails
   */
  async run(request: Omit<RoundRequest, 'lease'>): Promise<RoundResult | RoundHeld> {
    const longestMs = request.source.kind === 'kubernetes' ? CLUSTER_LEASE_MS : undefined;
    const { name } = request.source;
    this.lastLeases.delete(name);
    const lease = await this.leases.acquire(name, longestMs);
    if (!('token' in lease)) return { outcome: 'held', heldForMs: lease.heldForMs };
    this.lastLeases.set(name, lease);
    try {
      const signal = AbortSignal.any([request.signal, lease.signal]);
      return await this.rounds.run({ ...request, signal, lease });
    } catch (error) {
      if (await lease.isTakenOver()) return { outcome: 'held', heldForMs: 0 };
      throw error;
    } finally {
      await lease.release();
    }
  }

  /** Sources whose process died in a round, once their leases have run out. */
  abandoned(): Promise<readonly string[]> {
    return this.leases.abandoned();
  }

  /** Milliseconds after which it pays to look again for abandoned ones; undefined where there are no other processes. */
  get lookEveryMs(): number | undefined {
    return this.leases.lookEveryMs;
  }

  /** By which the end of the last round of a source can be recorded; undefined when that had no lease. */
  lastLease(name: string): Pick<SourceLease, 'token'> | undefined {
    return this.lastLeases.get(name);
  }

  /** Watches a source between its rounds, on every process. */
  watch(source: SourceConfig, onChange: () => void): SourceWatch | undefined {
    return this.rounds.watch(source, onChange);
  }
}
