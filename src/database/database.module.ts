import { setTimeout as wait } from 'node:timers/promises';
import { Global, Inject, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { dataSourceOptions } from './data-source.js';
import { type EmbeddedStore, isWritable, openEmbeddedStore } from './embedded-store.js';
import { EntryWriter } from './entry-writer.js';
import { RevisionFeed } from './revision-feed.js';
import { SourceLeases } from './source-leases.js';
import { EntryStore } from './stores/entry.store.js';
import { LeaseStore } from './stores/lease.store.js';
import { SourceStore } from './stores/source.store.js';

/** Longest wait for statements under way when the program ends, in milliseconds. */
const DISCONNECT_LIMIT = 5_000;
const EMBEDDED_STORE = Symbol('EMBEDDED_STORE');

/** Closes the connection first and the engine behind it last. */
@Injectable()
class StoreLifecycle implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(EMBEDDED_STORE) private readonly store: EmbeddedStore,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    // Behind an engine that does not answer any more, statements under way would hold the connection for ever.
    await Promise.race([this.dataSource.destroy(), wait(DISCONNECT_LIMIT, undefined, { ref: false })]);
    await this.store.close();
  }
}

async function openStore({ fileStorage }: RegistryConfig): Promise<EmbeddedStore> {
  const logger = new Logger('EmbeddedStore');
  if (fileStorage.memoryOnly) return openEmbeddedStore(undefined);
  if (await isWritable(fileStorage.baseDir)) return openEmbeddedStore(fileStorage.baseDir);
  logger.warn(
    `${fileStorage.baseDir} is not writable: the store is kept in memory and ends with this process`,
  );
  return openEmbeddedStore(undefined);
}

async function openDataSource(store: EmbeddedStore): Promise<DataSource> {
  const dataSource = new DataSource(dataSourceOptions({ stream: store.engine.connect }));
  await dataSource.initialize();
  await dataSource.runMigrations();
  // The lock of the store proves that whoever had them is gone.
  await new LeaseStore(dataSource).releaseAll();
  return dataSource;
}

/** The store, whatever engine is behind it. */
@Global()
@Module({
  providers: [
    { provide: EMBEDDED_STORE, useFactory: openStore, inject: [REGISTRY_CONFIG] },
    { provide: DataSource, useFactory: openDataSource, inject: [EMBEDDED_STORE] },
    StoreLifecycle,
    RevisionFeed,
    SourceStore,
    EntryStore,
    EntryWriter,
    LeaseStore,
    SourceLeases,
  ],
  exports: [DataSource, RevisionFeed, SourceStore, EntryStore, EntryWriter, SourceLeases],
})
export class DatabaseModule {}
