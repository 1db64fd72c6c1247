import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { EntryWriter } from '../../src/database/entry-writer.js';
import { RevisionFeed } from '../../src/database/revision-feed.js';
import { EntryStore } from '../../src/database/stores/entry.store.js';
import { SourceStore } from '../../src/database/stores/source.store.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { registryFile, serverJson } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { filesOf, StubProvider, stubSource } from '../support/stub-source.js';

const VERSIONS = 50_000;
const CHANGED = 10;
const FILES = 10;

interface Store {
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

async function openEmbedded(): Promise<Store> {
  const db = await EmbeddedDatabase.open();
  return { dataSource: db.dataSource, close: () => db.close() };
}

async function openPostgresql(): Promise<Store> {
  const cluster = await PostgresqlCluster.create();
  const dataSource = new DataSource(dataSourceOptions({ url: cluster.url() }));
  await dataSource.initialize();
  await dataSource.runMigrations();
  return { dataSource, close: () => dataSource.destroy() };
}

/** The files of a source; `changed` of its versions have another title. */
function content(changed: number): readonly string[] {
  const size = VERSIONS / FILES;
  return Array.from({ length: FILES }, (_, file) => {
    const servers = Array.from({ length: size }, (_unused, index) => {
      const title = index * FILES < changed ? { title: 'Changed' } : {};
      return serverJson(`a/s${file}-${index >> 1}`, `1.${index % 2}.0`, title);
    });
    return registryFile(servers);
  });
}

describe.each([
  ['the embedded store', openEmbedded, true],
  ['PostgreSQL', openPostgresql, hasPostgresql],
] as const)('a source of 50,000 versions in %s', (_name, open, isThere) => {
  let store: Store;
  let provider: StubProvider;
  let sync: SyncService;
  let sources: SourceStore;

  beforeAll(async () => {
    if (!isThere) return;
    Logger.overrideLogger(false);
    store = await open();
    const { dataSource } = store;
    const feed = new RevisionFeed();
    sources = new SourceStore(dataSource, feed);
    await sources.reconcile([{ name: 'one', kind: 'file' }]);
    provider = new StubProvider();
    const providers = new Map([['file' as const, provider]]);
    const writer = new EntryWriter(dataSource, feed);
    sync = new SyncService(providers, sources, new EntryStore(dataSource), writer, systemClock);
  }, 60_000);

  afterAll(() => (isThere ? store.close() : undefined));

  async function round(changed: number) {
    const [known] = await sources.all();
    if (known === undefined) throw new Error('The source is not stored');
    const files = content(changed);
    provider.fetches.set('one', () => filesOf(...files));
    const { signal } = new AbortController();
    const result = await sync.run({ source: stubSource('one'), signal, nextAttempt: new Date(), known });
    if (result.outcome !== 'changed') throw new Error('The round found nothing new');
    return result;
  }

  /** Rows of the catalogue that were written after a transaction. */
  async function writtenSince(transaction: string): Promise<number> {
    const [row]: { rows: number }[] = await store.dataSource.query(
      `SELECT ((SELECT count(*) FROM entry_version WHERE xmin::text::bigint >= $1)
             + (SELECT count(*) FROM entry WHERE xmin::text::bigint >= $1))::int AS rows`,
      [transaction],
    );
    return row?.rows ?? -1;
  }

  async function nextTransaction(): Promise<string> {
    const [row]: { id: string }[] = await store.dataSource.query('SELECT txid_current()::text AS id');
    return row?.id ?? '';
  }

  it.skipIf(!isThere)(
    'is written once, not again while it stays the same, and then where it changed alone',
    async () => {
      const first = await round(0);
      expect(first.round.plan).toMatchObject({ added: VERSIONS, counts: { server: VERSIONS / 2 } });
      expect(first.round.plan.samples.added).toHaveLength(1000);

      const beforeSecond = await nextTransaction();
      const second = await round(0);
      expect(second.revision).toBe(first.revision);
      expect(second.round.plan).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: VERSIONS });
      expect(await writtenSince(beforeSecond)).toBe(0);

      const beforeThird = await nextTransaction();
      const third = await round(CHANGED);
      expect(third.round.plan).toMatchObject({ added: 0, changed: CHANGED, unchanged: VERSIONS - CHANGED });
      expect(await writtenSince(beforeThird)).toBe(CHANGED);
      expect(await sources.all()).toMatchObject([{ serverCount: VERSIONS / 2, revision: third.revision }]);
    },
    240_000,
  );
});
