import type { Duplex } from 'node:stream';
import type { PoolConfig } from 'pg';
import type { DataSourceOptions, Logger } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { CatalogRevisionEntity } from './entities/catalog-revision.entity.js';
import { ClientViewTokenEntity } from './entities/client-view-token.entity.js';
import { ClientViewEntity } from './entities/client-view.entity.js';
import { EntryEntity } from './entities/entry.entity.js';
import { EntryVersionEntity } from './entities/entry-version.entity.js';
import { QuarantineEntity } from './entities/quarantine.entity.js';
import { SourceLeaseEntity } from './entities/source-lease.entity.js';
import { SourceEntity } from './entities/source.entity.js';
import { SyncRunEntity } from './entities/sync-run.entity.js';

const ENTITIES = [
  CatalogRevisionEntity,
  ClientViewEntity,
  ClientViewTokenEntity,
  EntryEntity,
  EntryVersionEntity,
  QuarantineEntity,
  SourceEntity,
  SourceLeaseEntity,
  SyncRunEntity,
];

/** How the `pg` driver reaches the server: over the embedded engine's stream, by its own settings, or by a URL. */
export type DatabaseConnection =
  { readonly stream: () => Duplex } | { readonly pool: PoolConfig } | { readonly url: string };

/** Errors say what there is to say; TypeORM would print migrations and statements to standard output. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * TypeORM options for the one schema. The embedded engine has a single session, hence its pool of one: inside a
 * transaction use that transaction's manager only, because any other query would wait for it for ever.
 */
export function dataSourceOptions(connection: DatabaseConnection): DataSourceOptions {
  const common = {
    type: 'postgres',
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'all',
    // Of its two generators the one that the server has built in; nothing is installed for it.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    synchronize: false,
    logger: SILENT,
  } as const;
  if ('url' in connection) return { ...common, url: connection.url };
  if ('pool' in connection) return { ...common, extra: connection.pool };
  const extra = { stream: connection.stream, max: 1, idleTimeoutMillis: 0 };
  return { ...common, username: 'postgres', database: 'postgres', poolSize: 1, extra };
}
