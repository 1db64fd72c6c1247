import { setTimeout as wait } from 'node:timers/promises';
import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { dataSourceOptions } from './data-source.js';
import type { EmbeddedAccess } from './embedded-access.js';
import { EntryWriter } from './entry-writer.js';
import { connectOnce, postgresConnection } from './postgres-connection.js';
import { openPostgres } from './postgres-opening.js';
import { isLostConnection, isStatementError, postgresProblem } from './postgres-problem.js';
import { postgresPool } from './postgres-pool.js';
import { LastGoodCopy } from './last-good-copy.js';
import { RevisionFeed } from './revision-feed.js';
import { RevisionListener } from './revision-listener.js';
import { migrateUp } from './schema-migration.js';
import { SourceLeases } from './source-leases.js';
import { StoreGate } from './store-gate.js';
import { openStore } from './store-opening.js';
import { EntryStore } from './stores/entry.store.js';
import { LeaseStore } from './stores/lease.store.js';
import { QuarantineStore } from './stores/quarantine.store.js';
import { RunStore } from './stores/run.store.js';
import { SourceStore } from './stores/source.store.js';
import { ViewStore } from './stores/view.store.js';

/** Longest wait for statements under way when the program ends, in milliseconds. */
const DISCONNECT_LIMIT = 5_000;
const EMBEDDED_STORE = Symbol('EMBEDDED_STORE');

function makeDataSource(config: RegistryConfig, store: EmbeddedAccess | undefined): DataSource {
  if (store !== undefined) return new DataSource(dataSourceOptions({ stream: store.connect }));
  if (config.database === undefined) throw new Error('There is neither a database nor an embedded store');
  return new DataSource(dataSourceOptions({ pool: postgresPool(config.database, 'runtime') }));
}

async function makeGate(
  { database }: RegistryConfig,
  dataSource: DataSource,
  store: EmbeddedAccess | undefined,
  feed: RevisionFeed,
): Promise<StoreGate> {
  const close = async () => {
    // Behind an engine that does not answer any more, statements under way would hold the connection for ever.
    const disconnected = dataSource.isInitialized ? dataSource.destroy() : undefined;
    await Promise.race([disconnected, wait(DISCONNECT_LIMIT, undefined, { ref: false })]);
    await store?.close();
  };
  if (database !== undefined) {
    const open = () => openPostgres(database, dataSource);
    const explain = (error: unknown) => postgresProblem(error, database, 'runtime');
    const probe = () => connectOnce(postgresConnection(database, 'runtime'));
    const watch = {
      probe,
      isOwn: isStatementError,
      isLoss: isLostConnection,
      onBack: () => feed.lookElsewhere(),
    };
    return new StoreGate({ open, close, explain, watch });
  }
  const gate = new StoreGate({
    open: async (standBy) => {
      await store?.open(standBy);
      if (!dataSource.isInitialized) await dataSource.initialize();
      await migrateUp(dataSource);
      // The lock of the store proves that whoever had them is gone.
      await new LeaseStore(dataSource).releaseAll();
    },
    close,
    ...(store && { lost: store.lost }),
  });
  if (store?.isLeased !== true) await gate.openNow();
  return gate;
}

function makeListener(
  { database }: RegistryConfig,
  feed: RevisionFeed,
  dataSource: DataSource,
): RevisionListener {
  const connection = database === undefined ? undefined : () => postgresConnection(database, 'runtime');
  return new RevisionListener(feed, dataSource, connection);
}

/** The store, whatever engine is behind it. */
@Global()
@Module({
  providers: [
    { provide: EMBEDDED_STORE, useFactory: openStore, inject: [REGISTRY_CONFIG] },
    { provide: DataSource, useFactory: makeDataSource, inject: [REGISTRY_CONFIG, EMBEDDED_STORE] },
    {
      provide: StoreGate,
      useFactory: makeGate,
      inject: [REGISTRY_CONFIG, DataSource, EMBEDDED_STORE, RevisionFeed],
    },
    RevisionFeed,
    {
      provide: RevisionListener,
      useFactory: makeListener,
      inject: [REGISTRY_CONFIG, RevisionFeed, DataSource],
    },
    SourceStore,
    EntryStore,
    EntryWriter,
    LastGoodCopy,
    LeaseStore,
    SourceLeases,
    QuarantineStore,
    RunStore,
    ViewStore,
  ],
  exports: [
    LastGoodCopy,
    DataSource,
    StoreGate,
    RevisionFeed,
    SourceStore,
    EntryStore,
    EntryWriter,
    SourceLeases,
    QuarantineStore,
    RunStore,
    ViewStore,
  ],
})
export class DatabaseModule {}
