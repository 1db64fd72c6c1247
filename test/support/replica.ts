import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { EntryWriter } from '../../src/database/entry-writer.js';
import { RevisionFeed } from '../../src/database/revision-feed.js';
import { SourceLeases } from '../../src/database/source-leases.js';
import { EntryStore } from '../../src/database/stores/entry.store.js';
import { LeaseStore } from '../../src/database/stores/lease.store.js';
import { SourceStore } from '../../src/database/stores/source.store.js';
import { versionDocument } from './documents.js';
import { changeOf, planSync, storedHeads } from './sync-plans.js';

/** What a test wants of a replica. */
export interface ReplicaOptions {
  /** In milliseconds. */
  readonly leaseLengthMs?: number;
  readonly poolSize?: number;
}

/** What one of several servers has of the database: its own pool, stores and leases. */
export class Replica {
  readonly feed = new RevisionFeed();
  readonly entries: EntryStore;
  readonly sources: SourceStore;
  readonly writer: EntryWriter;
  readonly leases: SourceLeases;

  private constructor(
    readonly dataSource: DataSource,
    readonly leaseStore: LeaseStore,
    leaseLengthMs: number,
  ) {
    this.entries = new EntryStore(dataSource);
    this.sources = new SourceStore(dataSource, this.feed);
    this.writer = new EntryWriter(dataSource, this.feed);
    const database = {} as never;
    this.leases = new SourceLeases({ sync: { leaseLengthMs }, database }, leaseStore);
  }

  /** A replica on the database at `url`, whose schema is made when it is not there. */
  static async open(url: string, options: ReplicaOptions = {}): Promise<Replica> {
    const { leaseLengthMs = 60_000, poolSize = 5 } = options;
    const dataSource = new DataSource({ ...dataSourceOptions({ url }), poolSize } as never);
    await dataSource.initialize();
    await dataSource.runMigrations();
    return new Replica(dataSource, new LeaseStore(dataSource), leaseLengthMs);
  }

  /** Makes version 1.0.0 of these names all that a source holds. Returns the revision. */
  async store(source: string, names: readonly string[], lease?: { token: number }): Promise<number> {
    const documents = names.map((name) => versionDocument({ name }));
    const plan = planSync(await storedHeads(this.entries, source), documents, []);
    const at = new Date();
    const outcome = { sourceRevision: 'r', rulesFingerprint: 'f', bytes: 1, refused: 0 };
    const times = { startedAt: at, endedAt: at, nextAttempt: at };
    return this.writer.commit(source, changeOf(plan), { ...plan, ...outcome, ...times }, lease);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}
