import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { CatalogLoader } from '../../src/catalog/catalog-loader.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { openEmbeddedStore } from '../../src/database/embedded-store.js';
import { EntryWriter } from '../../src/database/entry-writer.js';
import type { VersionHead } from '../../src/database/catalog-change.js';
import { LastGoodCopy } from '../../src/database/last-good-copy.js';
import { RevisionFeed } from '../../src/database/revision-feed.js';
import { SourceLeases } from '../../src/database/source-leases.js';
import { EntryStore, type StoredVersion } from '../../src/database/stores/entry.store.js';
import { StoreGate } from '../../src/database/store-gate.js';
import { LeaseStore } from '../../src/database/stores/lease.store.js';
import { SourceStore } from '../../src/database/stores/source.store.js';
import { storedHeads } from './sync-plans.js';

/** The embedded store in its own thread, with everything that reads and writes it. */
export class EmbeddedDatabase {
  readonly feed = new RevisionFeed();
  readonly gate: StoreGate;
  readonly entries: EntryStore;
  readonly sources: SourceStore;
  readonly writer: EntryWriter;
  readonly leases: SourceLeases;
  readonly loader: CatalogLoader;

  private constructor(
    readonly dataSource: DataSource,
    closeEngine: () => Promise<void>,
  ) {
    const close = () => dataSource.destroy().then(closeEngine);
    this.gate = new StoreGate({ open: async () => undefined, close });
    this.entries = new EntryStore(dataSource);
    this.sources = new SourceStore(dataSource, this.feed);
    this.writer = new EntryWriter(dataSource, this.feed);
    const fileStorage = { baseDir: '', explicit: true, memoryOnly: true };
    this.loader = new CatalogLoader(
      this.entries,
      this.sources,
      new LastGoodCopy({ fileStorage }, this.entries, this.sources),
    );
    this.leases = new SourceLeases({ sync: { leaseLengthMs: 60_000 } }, new LeaseStore(dataSource));
  }

  /** A store in memory, or the one below `baseDir`. It needs a built program, as the thread runs from there. */
  static async open(baseDir?: string): Promise<EmbeddedDatabase> {
    const store = await openEmbeddedStore(baseDir);
    const dataSource = new DataSource(dataSourceOptions({ stream: store.engine.connect }));
    await dataSource.initialize();
    await dataSource.runMigrations();
    const database = new EmbeddedDatabase(dataSource, () => store.close());
    await database.gate.openNow();
    return database;
  }

  /** Forgets every source with all that belongs to it; revisions go on counting. */
  async clear(): Promise<void> {
    await this.dataSource.query('DELETE FROM source');
  }

  /** What is stored of every version of a source. */
  heads(source: string): Promise<VersionHead[]> {
    return storedHeads(this.entries, source);
  }

  /** Everything touched after `revision` and up to `until`, now unless told otherwise. */
  async touched(revision = 0, until?: number): Promise<StoredVersion[]> {
    const rows: StoredVersion[] = [];
    const end = until ?? (await this.entries.revision());
    for await (const batch of this.entries.touched(revision, end)) rows.push(...batch);
    return rows;
  }

  async close(): Promise<void> {
    await this.gate.onApplicationShutdown();
  }
}
