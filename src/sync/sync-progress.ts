import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Subject, type Observable, type Subscription } from 'rxjs';
import { SourceEntity } from '../database/entities/source.entity.js';
import { RevisionFeed } from '../database/revision-feed.js';
import { type RoundFailure, SourceStore } from '../database/stores/source.store.js';
import { countRound, type CountedRound, NO_ROUNDS, type RoundCounts } from './round-counts.js';

/** Shown of a round whose end the store does not know, because it could not be written or the process stops. */
const LOST_END = 'The last round ended without a record of its result';

/** Shown of a round that waits for the store. */
const INTERRUPTED = 'The store went away under the last round, which begins again when it is back';

/** The status of every source in memory, whichever process writes it, so that reading it needs no database. */
@Injectable()
export class SyncProgress implements OnModuleDestroy {
  private byName = new Map<string, SourceEntity>();
  private isAdopted = false;
  private readonly firstRounds = new Set<string>();
  /** When each round of this process that is under way began, by the name of its source. */
  private readonly running = new Map<string, Date>();
  private readonly counts = new Map<string, RoundCounts>();
  private readonly changes = new Subject<void>();
  private reading: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private readonly subscription: Subscription;

  constructor(
    private readonly sources: SourceStore,
    feed: RevisionFeed,
  ) {
    this.sources.begun.subscribe(({ name, startedAt }) => this.began(name, startedAt));
    // A store that is away is looked at again later.
    this.subscription = feed.elsewhere.subscribe(() => void this.refresh().catch(() => undefined));
  }

  async onModuleDestroy(): Promise<void> {
    this.subscription.unsubscribe();
    await this.reading.catch(() => undefined);
  }

  /** Fires after each change of a status. */
  readonly changed: Observable<void> = this.changes.asObservable();

  /** Makes the stored sources the configured ones. */
  async adopt(sources: readonly { name: string; kind: string }[]): Promise<void> {
    await this.sources.reconcile(sources);
    await this.refresh();
    this.isAdopted = true;
  }

  /** Stores that a round has failed. */
  async failed(name: string, failure: RoundFailure): Promise<void> {
    await this.sources.fail(name, failure);
    await this.refresh();
  }

  /**
   * Takes the stored statuses over. One reading at a time, and none begins before its caller: many rounds that end
   * together share one, and no older state replaces a newer one.
   */
  refresh(): Promise<void> {
    this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        this.reading = this.read();
        return this.reading;
      });
    return this.next;
  }

  /** The status of a configured source. */
  of(name: string): SourceEntity {
    const status = this.byName.get(name);
    if (status === undefined) throw new Error(`Source ${name} is not stored`);
    return status;
  }

  /** The status of a source, when it is stored. */
  find(name: string): SourceEntity | undefined {
    return this.byName.get(name);
  }

  /** Every source's status, by name. */
  all(): readonly SourceEntity[] {
    return [...this.byName.values()];
  }

  /** A round has begun: visible at once, without asking the store. */
  began(name: string, startedAt: Date): void {
    this.running.set(name, startedAt);
    this.change(name, { phase: 'syncing', lastAttempt: startedAt });
  }

  /** A round of this process has ended, well or not, and its result was taken over if the store has it. */
  ended(name: string, round: CountedRound): void {
    this.counts.set(name, countRound(this.roundsOf(name), round));
    this.firstRounds.add(name);
    this.running.delete(name);
    if (this.byName.get(name)?.phase !== 'syncing') return;
    this.change(name, { phase: 'pending', message: LOST_END });
  }

  /** The rounds of this process so far. */
  roundsOf(name: string): RoundCounts {
    return this.counts.get(name) ?? NO_ROUNDS;
  }

  /** The store went away under a round, which begins again later. */
  interrupted(name: string): void {
    this.running.delete(name);
    this.change(name, { phase: 'pending', message: INTERRUPTED });
  }

  /** True once every source's first round has ended: in this process, or well in another. */
  firstRoundsEnded(): boolean {
    return (
      this.isAdopted &&
      this.all().every(({ name, phase }) => phase === 'complete' || this.firstRounds.has(name))
    );
  }

  private change(name: string, members: Partial<SourceEntity>): void {
    const status = this.byName.get(name);
    if (status === undefined) return;
    this.byName.set(name, Object.assign(new SourceEntity(), status, members));
    this.changes.next();
  }

  private async read(): Promise<void> {
    const stored = await this.sources.all();
    this.byName = new Map(stored.map((source) => [source.name, this.withBegin(source)]));
    this.changes.next();
  }

  /** What was read before a round began does not hide that it did. */
  private withBegin(source: SourceEntity): SourceEntity {
    const startedAt = this.running.get(source.name);
    if (startedAt === undefined || (source.lastAttempt !== null && source.lastAttempt >= startedAt))
      return source;
    return Object.assign(new SourceEntity(), source, { phase: 'syncing', lastAttempt: startedAt });
  }
}
