import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { openCluster } from '../common/cluster-access.js';
import { ApiStatusError, ClusterClient } from '../common/cluster-client.js';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { holderName, leaseObject, leaseProblem, type LeaseRecord, leaseRecord } from './lease-record.js';

/**
 * Times in milliseconds. A holder gives up before anybody may take its place; a death is seen after the length and two
 * looks at most, which leaves five seconds of fifteen for opening the store.
 */
const LENGTH = 8_000;
const GIVEN_UP_AFTER = 6_000;
const RENEWED_EVERY = 2_000;
const RETRIED_EVERY = 500;
const LOOKED_AT_EVERY = 1_000;
const REQUEST_LIMIT = 2_000;
/** How long a command waits for a lease of which the holder may be dead. */
const COMMAND_PATIENCE = LENGTH + 3_000;
/** Where a kubeconfig file that names no namespace works. */
const DEFAULT_NAMESPACE = 'default';

/** Whom a lease tells how it stands. */
export interface LeaseListener {
  /** Held for so many milliseconds from now on, unless it is renewed. */
  readonly onKept: (leftMs: number) => void;
  /** Not held any more; called once. */
  readonly onLost: (reason: DomainError) => void;
}

/**
 * The right to use an embedded store that processes on several nodes can reach: a Lease of the cluster that the program
 * runs in, taken and kept as the controllers of Kubernetes do it. Whether another's is over is judged by how long it
 * has not changed, by the clock of this process alone, and every change is bound to the version that was read.
 */
export class ClusterLease {
  private readonly logger = new Logger('StoreLease');
  private readonly holder = `${hostname()}_${randomUUID()}`;
  private readonly ending = new AbortController();
  private client: ClusterClient | undefined;
  private namespace = DEFAULT_NAMESPACE;
  private seen: { readonly version: string; readonly since: number } | undefined;
  private held: LeaseRecord | undefined;
  private acquiredAt = new Date(0);
  private deadline: NodeJS.Timeout | undefined;
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly name: string,
    private readonly listener: LeaseListener,
  ) {}

  /**
   * Takes the lease. With `standBy` it waits as long as another process has it, and says so there; without, no longer
   * than a dead one keeps it.
   * @throws DomainError `store-locked` when another process has it, `store-unavailable` when the cluster refuses,
   * `invalid-configuration` when there is none, `aborted` once it was released or lost
   */
  async take(standBy?: (why: string) => void): Promise<void> {
    if (this.held !== undefined) return;
    const { signal } = this.ending;
    if (signal.aborted) throw new DomainError('aborted', 'The lease was let go');
    const patientUntil = standBy === undefined ? performance.now() + COMMAND_PATIENCE : Infinity;
    for (;;) {
      const holder = await this.attempt().catch((error: unknown) => {
        throw this.problem(error);
      });
      if (holder === undefined) break;
      const why = `${holderName(holder)} uses the embedded store and holds its lease ${this.name} in namespace ${this.namespace}`;
      if (performance.now() > patientUntil) throw new DomainError('store-locked', why);
      standBy?.(`${why}: standing by to take over`);
      await wait(LOOKED_AT_EVERY, undefined, { signal });
    }
    this.renewing = this.keep();
  }

  /** Gives it back, so that the next process needs not wait. Never fails: what cannot be given back runs out. */
  async release(): Promise<void> {
    this.ending.abort();
    await this.renewing;
    clearTimeout(this.deadline);
    if (this.held === undefined) return;
    const { transitions, resourceVersion } = this.held;
    this.held = undefined;
    await this.store({ holder: '', lengthMs: 1_000, transitions, resourceVersion }).catch(
      (error: unknown) => {
        this.logger.debug(`The lease ${this.name} could not be released and runs out: ${String(error)}`);
      },
    );
  }

  /** One look, and the lease when it can be had. Returns who has it otherwise. */
  private async attempt(): Promise<string | undefined> {
    await this.connect();
    const found = await this.read();
    const version = found?.resourceVersion ?? 'none';
    const isNew = this.seen?.version !== version;
    // One that was there and is gone was removed by hand: its holder makes it anew when it renews it.
    const isFree = found === undefined ? this.seen === undefined : ['', this.holder].includes(found.holder);
    if (isNew) this.seen = { version, since: performance.now() };
    const unchangedMs = performance.now() - (this.seen?.since ?? 0);
    if (!isFree && unchangedMs < Math.max(LENGTH, found?.lengthMs ?? 0)) return found?.holder ?? 'Somebody';
    const transitions = found === undefined ? 0 : found.transitions + 1;
    const bound = found !== undefined && { resourceVersion: found.resourceVersion };
    this.acquiredAt = new Date();
    try {
      await this.store({ holder: this.holder, lengthMs: LENGTH, transitions, ...bound });
      return undefined;
    } catch (error) {
      // An answer that came too late may have been a yes, which the next look shows.
      if (hasStatus(error, 409) || (found !== undefined && hasStatus(error, 404))) return 'Another process';
      throw error;
    }
  }

  private async keep(): Promise<void> {
    const { signal } = this.ending;
    let pause = RENEWED_EVERY;
    while (!signal.aborted) {
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      pause = await this.renew().catch((error: unknown) => {
        this.logger.debug(this.problem(error).message);
        return RETRIED_EVERY;
      });
    }
  }

  /** Returns the milliseconds to the next time. */
  private async renew(): Promise<number> {
    if (this.held === undefined) return RETRIED_EVERY;
    const { resourceVersion, transitions } = this.held;
    try {
      await this.store({ holder: this.holder, lengthMs: LENGTH, transitions, resourceVersion });
      return RENEWED_EVERY;
    } catch (error) {
      if (!hasStatus(error, 409) && !hasStatus(error, 404)) throw error;
    }
    const found = await this.read();
    if (found?.holder === this.holder) this.held = found;
    else this.lose(found === undefined ? 'was removed' : `was taken by ${holderName(found.holder)}`);
    return RETRIED_EVERY;
  }

  /** What is stored is ours from the moment that it was asked for. */
  private async store(wish: Omit<Parameters<typeof leaseObject>[0], 'name' | 'acquiredAt'>): Promise<void> {
    const askedAt = performance.now();
    const content = leaseObject({ ...wish, name: this.name, acquiredAt: this.acquiredAt });
    const isNew = wish.resourceVersion === undefined;
    const client = await this.connect();
    const limit = AbortSignal.timeout(REQUEST_LIMIT);
    const answer = await client.send(
      isNew ? 'POST' : 'PUT',
      isNew ? this.collection : this.path,
      content,
      limit,
    );
    if (wish.holder === '') return;
    this.held = leaseRecord(answer);
    const leftMs = Math.max(0, askedAt + GIVEN_UP_AFTER - performance.now());
    this.listener.onKept(leftMs);
    clearTimeout(this.deadline);
    const lose = () => this.lose(`could not be renewed for ${GIVEN_UP_AFTER / 1_000} s`);
    this.deadline = setTimeout(lose, leftMs).unref();
  }

  private lose(reason: string): void {
    if (this.held === undefined || this.ending.signal.aborted) return;
    this.held = undefined;
    this.ending.abort();
    clearTimeout(this.deadline);
    const message = `The lease ${this.name} of the embedded store ${reason}: this process must not use the store any more`;
    this.listener.onLost(new DomainError('store-unavailable', message));
  }

  private async read(): Promise<LeaseRecord | undefined> {
    const client = await this.connect();
    try {
      return leaseRecord(await client.get(this.path, AbortSignal.timeout(REQUEST_LIMIT)));
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  private async connect(): Promise<ClusterClient> {
    if (this.client !== undefined) return this.client;
    const access = await openCluster();
    this.namespace = access.namespace ?? DEFAULT_NAMESPACE;
    this.client = new ClusterClient(access);
    return this.client;
  }

  private get collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(this.namespace)}/leases`;
  }

  private get path(): string {
    return `${this.collection}/${encodeURIComponent(this.name)}`;
  }

  private problem(error: unknown): DomainError {
    if (this.client !== undefined) {
      return leaseProblem(error, this.name, this.namespace, this.client.server);
    }
    if (!isDomainError(error)) throw error;
    return new DomainError(error.code, `fileStorage.lease needs a cluster. ${error.message}`, {
      cause: error,
    });
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiStatusError && error.status === status;
}
