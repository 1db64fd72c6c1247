import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { SourceEntity } from '../database/entities/source.entity.js';
import { RUNS_KEPT } from '../database/run-retention.js';
import { QuarantineStore, type StoredRefusal } from '../database/stores/quarantine.store.js';
import { RunStore, type StoredRun } from '../database/stores/run.store.js';
import { boundedDiffs, boundedRefusals, MAX_REFUSALS } from './history-bounds.js';
import { SyncProgress } from './sync-progress.js';

/** What is known of one source's past. */
interface SourceHistory {
  /** Tells whether a round has ended since it was read. */
  readonly mark: string;
  /** Which life of the source this is: one that was removed and comes back begins anew. */
  readonly incarnation: string;
  /** Newest first. */
  readonly runs: readonly StoredRun[];
  readonly refusals: readonly StoredRefusal[];
}

/**
 * The last runs and the quarantine of every source in memory, bounded, so that reading them needs no database. It
 * follows the statuses: of a source whose round has ended it reads what is new.
 */
@Injectable()
export class RunHistory implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Sync');
  private bySource = new Map<string, SourceHistory>();
  private subscription: Subscription | undefined;
  private loading: Promise<void> | undefined;
  private isStale = false;

  constructor(
    private readonly progress: SyncProgress,
    private readonly runStore: RunStore,
    private readonly quarantine: QuarantineStore,
  ) {}

  onModuleInit(): void {
    this.subscription = this.progress.changed.subscribe(() => this.follow());
  }

  async onModuleDestroy(): Promise<void> {
    this.subscription?.unsubscribe();
    await this.loading;
  }

  /** A source's last runs, newest first: at most `RUNS_KEPT`. Old ones may lack their diff. */
  runsOf(source: string): readonly StoredRun[] {
    return this.bySource.get(source)?.runs ?? [];
  }

  /** A run of any source, when it is among the last ones. */
  run(id: string): StoredRun | undefined {
    for (const { runs } of this.bySource.values()) {
      const run = runs.find((candidate) => candidate.id === id);
      if (run !== undefined) return run;
    }
    return undefined;
  }

  /** The first documents that the last successful round of a source refused. */
  refusalsOf(source: string): readonly StoredRefusal[] {
    return this.bySource.get(source)?.refusals ?? [];
  }

  private follow(): void {
    this.isStale = true;
    this.loading ??= this.catchUp().finally(() => (this.loading = undefined));
  }

  private async catchUp(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      try {
        await this.load();
      } catch (error) {
        // What was read before stays; the end of the next round asks again.
        this.logger.warn(`The history of the rounds could not be read: ${String(error)}`);
      }
    }
  }

  private async load(): Promise<void> {
    const sources = this.progress.all();
    const ended = sources.filter(
      (source) => source.phase !== 'syncing' && markOf(source) !== this.pastOf(source)?.mark,
    );
    const known = new Map(ended.map((source) => [source.name, this.pastOf(source)?.runs[0]?.id ?? '0']));
    const runs = known.size === 0 ? [] : await this.runStore.after(known);
    const next = new Map<string, SourceHistory>();
    for (const source of sources) {
      const past = this.pastOf(source);
      const history = ended.includes(source)
        ? await this.continued(past, source, runs.filter((run) => run.source === source.name).reverse())
        : past;
      if (history !== undefined) next.set(source.name, history);
    }
    this.bySource = next;
  }

  /** `fresh` are the runs that `past` does not have, newest first. */
  private async continued(
    past: SourceHistory | undefined,
    source: SourceEntity,
    fresh: readonly StoredRun[],
  ): Promise<SourceHistory> {
    const isSameQuarantine = past !== undefined && fresh.every(({ outcome }) => outcome === 'failed');
    const refusals = isSameQuarantine
      ? past.refusals
      : boundedRefusals(await this.quarantine.of(source.name, MAX_REFUSALS));
    const runs = boundedDiffs([...fresh, ...(past?.runs ?? [])].slice(0, RUNS_KEPT));
    return { mark: markOf(source), incarnation: source.incarnation, runs, refusals };
  }

  private pastOf({ name, incarnation }: SourceEntity): SourceHistory | undefined {
    const past = this.bySource.get(name);
    return past?.incarnation === incarnation ? past : undefined;
  }
}

/** Each end of a round moves one of these. */
function markOf({ attemptCount, lastSyncTime, lastAttempt, revision }: SourceEntity): string {
  return JSON.stringify([attemptCount, lastSyncTime, lastAttempt, revision]);
}
