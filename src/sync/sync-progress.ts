import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { SourceEntity } from '../database/entities/source.entity.js';
import { type RoundFailure, SourceStore } from '../database/stores/source.store.js';

/** The status of every source in memory, so that reading it needs no database. */
@Injectable()
export class SyncProgress {
  private byName = new Map<string, SourceEntity>();
  private isAdopted = false;
  private readonly firstRounds = new Set<string>();
  private readonly changes = new Subject<void>();

  constructor(private readonly sources: SourceStore) {}

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

  /** Takes the stored statuses over. */
  async refresh(): Promise<void> {
    this.byName = new Map((await this.sources.all()).map((source) => [source.name, source]));
    this.changes.next();
  }

  /** The status of a configured source. */
  of(name: string): SourceEntity {
    const status = this.byName.get(name);
    if (status === undefined) throw new Error(`Source ${name} is not stored`);
    return status;
  }

  /** Every source's status, by name. */
  all(): readonly SourceEntity[] {
    return [...this.byName.values()];
  }

  /** A round of this process has ended, well or not. */
  ended(name: string): void {
    this.firstRounds.add(name);
  }

  /** True once every source's first round has ended: in this process, or well in another. */
  firstRoundsEnded(): boolean {
    return (
      this.isAdopted &&
      this.all().every(({ name, phase }) => phase === 'complete' || this.firstRounds.has(name))
    );
  }
}
