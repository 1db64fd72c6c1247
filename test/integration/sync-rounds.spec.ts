import { Logger } from '@nestjs/common';
import { LiveConfig } from '../../src/config/live-config.js';
import { SchedulerRegistry } from '@nestjs/schedule';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CatalogService } from '../../src/catalog/catalog.service.js';
import { cutPage } from '../../src/catalog/page.js';
import { systemClock } from '../../src/common/clock.js';
import type { RegistryConfig } from '../../src/config/registry-config.js';
import type { SourceEntity } from '../../src/database/entities/source.entity.js';
import { OPEN_VISIBILITY } from '../../src/model/claims.js';
import type { ListFilters } from '../../src/model/list-filters.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import { LeasedRounds } from '../../src/sync/leased-rounds.js';
import { SyncProgress } from '../../src/sync/sync-progress.js';
import { SyncScheduler } from '../../src/sync/sync.scheduler.js';
import type { RoundResult } from '../../src/sync/round-result.js';
import { SyncService } from '../../src/sync/sync.service.js';
import {
  fileSource,
  registryFile,
  registryFileOf,
  serverJson,
  type FileSource,
} from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';

let db: EmbeddedDatabase;
let sync: SyncService;
let catalog: CatalogService;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile([{ name: 'one', kind: 'file' }]);
  const providers = new Map([['file' as const, new FileProvider()]]);
  sync = new SyncService(providers, db.sources, db.entries, db.writer, systemClock);
  const config = { registries: [{ name: 'default', sources: ['one'] }] } as unknown as RegistryConfig;
  catalog = new CatalogService(new LiveConfig(config), db.loader, db.feed, db.gate);
  await catalog.onModuleInit();
});

afterEach(() => catalog.onModuleDestroy());

async function status(): Promise<SourceEntity> {
  const [source] = await db.sources.all();
  if (source === undefined) throw new Error('The source is not stored');
  return source;
}

async function round(source: FileSource): Promise<RoundResult> {
  const signal = AbortSignal.timeout(20_000);
  return sync.run({ source, signal, nextAttempt: new Date(), known: await status() });
}

const inline = (data: string, changes: Parameters<typeof fileSource>[1] = {}) =>
  fileSource({ data }, changes);

function served(filters: ListFilters = {}): string[] {
  const view = catalog.view('default', OPEN_VISIBILITY).kind('server');
  return cutPage(view, { limit: 1000, sort: 'name', filters }).versions.map(({ name }) => name);
}

/** What is stored of the catalogue, down to the transaction that wrote each row. */
function physicalRows(): Promise<unknown[]> {
  return db.dataSource.query(
    'SELECT id, version, revision, updated_at, xmin::text AS xmin FROM entry_version ORDER BY id',
  );
}

const TAGGED = registryFile([
  serverJson('a/a', '1.0.0', { _meta: {} }),
  serverJson('b/b'),
  serverJson('c/c'),
]);

describe('a round', () => {
  it('that finds the revision it knows writes nothing', async () => {
    await round(inline(TAGGED));
    const before = [await physicalRows(), await db.entries.revision()];

    expect(await round(inline(TAGGED))).toEqual({ outcome: 'unchanged' });

    expect([await physicalRows(), await db.entries.revision()]).toEqual(before);
    expect(await status()).toMatchObject({ phase: 'complete', serverCount: 3 });
  });

  it('that finds other bytes with the same content writes nothing of the catalogue', async () => {
    await round(inline(TAGGED));
    const before = [await physicalRows(), await db.entries.revision()];

    const result = await round(inline(JSON.stringify(JSON.parse(TAGGED), null, 2)));

    expect(result).toMatchObject({ outcome: 'changed', round: { plan: { unchanged: 3, changed: 0 } } });
    expect([await physicalRows(), await db.entries.revision()]).toEqual(before);
  });

  it('writes only what changed', async () => {
    await round(inline(TAGGED));
    const before = await physicalRows();
    const changed = registryFile([
      serverJson('a/a'),
      serverJson('b/b', '1.0.0', { title: 'New' }),
      serverJson('c/c'),
    ]);

    const result = await round(inline(changed));

    const after = await physicalRows();
    expect(result).toMatchObject({ round: { plan: { added: 0, changed: 2, removed: 0, unchanged: 1 } } });
    expect(after.filter((row, index) => JSON.stringify(row) !== JSON.stringify(before[index]))).toHaveLength(
      2,
    );
  });

  it('with an edited filter alone changes the catalogue, in both directions', async () => {
    await round(inline(TAGGED));
    await round(inline(TAGGED, { filter: { names: { exclude: ['b/*'] } } }));
    await vi.waitFor(() => expect(served()).toEqual(['a/a', 'c/c']));

    await round(inline(TAGGED));

    await vi.waitFor(() => expect(served()).toEqual(['a/a', 'b/b', 'c/c']));
  });

  it('with an edited filter takes out a version that the file repeats', async () => {
    const twice = registryFile([serverJson('a/a'), serverJson('b/b'), serverJson('b/b')]);
    await round(inline(twice));

    await round(inline(twice, { filter: { names: { exclude: ['b/*'] } } }));

    await vi.waitFor(() => expect(served()).toEqual(['a/a']));
  });

  it('with an edited filter takes out a name of which the file has a broken document now', async () => {
    await round(inline(TAGGED));
    const broken = registryFile([
      serverJson('a/a'),
      serverJson('b/b', '1.0.0', { description: '' }),
      serverJson('c/c'),
    ]);
    await round(inline(broken));
    await vi.waitFor(() => expect(served()).toEqual(['a/a', 'b/b', 'c/c']));

    await round(inline(broken, { filter: { names: { exclude: ['b/*'] } } }));

    await vi.waitFor(() => expect(served()).toEqual(['a/a', 'c/c']));
  });

  it('keeps the first of two documents of one version', async () => {
    const twice = registryFile([
      serverJson('a/a', '1.0.0', { title: 'first' }),
      serverJson('a/a', '1.0.0', { title: 'second' }),
    ]);

    expect(await round(inline(twice))).toMatchObject({
      round: {
        plan: { added: 1, refused: 1, samples: { refused: [{ name: expect.any(String) as string }] } },
      },
    });

    const [row] = await db.touched();
    expect(row).toMatchObject({ name: 'a/a', title: 'first' });
    expect(await db.dataSource.query('SELECT pointer, name, version FROM quarantine')).toEqual([
      { pointer: '/servers/1', name: 'a/a', version: '1.0.0' },
    ]);
  });

  it('without an entry makes it a tombstone, which updated_since shows', async () => {
    await round(inline(registryFileOf('a/a', 'b/b')));
    const [{ at } = { at: new Date() }]: { at: Date }[] = await db.dataSource.query(
      'SELECT committed_at AS at FROM catalog_revision',
    );

    await round(inline(registryFileOf('a/a')));

    await vi.waitFor(() => expect(served()).toEqual(['a/a']));
    expect(served({ updatedSince: at.getTime(), includeDeleted: true })).toEqual(['b/b']);
    expect(await status()).toMatchObject({ serverCount: 1 });
  });

  it('of an empty source is a success with nothing', async () => {
    await round(inline('{"servers":[]}'));

    await vi.waitFor(() => expect(served()).toEqual([]));
    expect(await status()).toMatchObject({ phase: 'complete', serverCount: 0, message: null });
  });

  it('that is told to stop writes nothing', async () => {
    await round(inline(TAGGED));
    const before = await physicalRows();
    const known = await status();
    const signal = AbortSignal.abort();

    const stopped = sync.run({ source: inline('[]'), signal, nextAttempt: new Date(), known });

    await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
    expect(await physicalRows()).toEqual(before);
  });

  it('of a kind without provider fails', async () => {
    const source = { ...inline('[]'), kind: 'managed' } as unknown as FileSource;

    await expect(round(source)).rejects.toMatchObject({ code: 'not-supported' });
  });
});

describe('rounds of a source that breaks', () => {
  let current: FileSource;
  let scheduler: SyncScheduler;
  let progress: SyncProgress;

  beforeEach(() => {
    const config = new LiveConfig({
      get sources() {
        return [current];
      },
    } as unknown as RegistryConfig);
    progress = new SyncProgress(db.sources, db.feed);
    scheduler = new SyncScheduler(
      config,
      new LeasedRounds(db.leases, sync),
      new SchedulerRegistry(),
      progress,
      systemClock,
      db.gate,
    );
  });

  afterEach(() => scheduler.beforeApplicationShutdown());

  const BROKEN: [string, string, RegExp][] = [
    ['is no JSON', 'nonsense', /not valid JSON/],
    ['is truncated', registryFileOf('a/a', 'b/b').slice(0, -20), /not valid JSON/],
    ['is empty', '  ', /not valid JSON/],
    ['is JSON of another kind', '{"kind":"List"}', /not a ToolHive registry/],
    [
      'is larger than maxSize',
      registryFile([serverJson('a/a', '1.0.0', { title: 'x'.repeat(999) })]),
      /maxSize/,
    ],
  ];

  it.each(BROKEN)(
    'keep its data while it %s, count failures, and begin anew with a success',
    async (_what, bad, reason) => {
      const source = (data: string) => ({ ...fileSource({ data }, { maxSize: 1000 }) });
      current = source(registryFileOf('a/a'));
      // The scheduler keeps the object it began with: its data is what a test edits.
      const edited = current as { file: FileSource['file'] };
      await scheduler.onApplicationBootstrap();
      await vi.waitFor(() => expect(served()).toEqual(['a/a']));
      const rows = await physicalRows();

      edited.file = source(bad).file;
      await vi.waitFor(() => expect(progress.of('one').attemptCount).toBeGreaterThan(2), { timeout: 10_000 });
      expect(progress.of('one')).toMatchObject({ message: expect.stringMatching(reason), serverCount: 1 });
      expect(['failed', 'syncing']).toContain((await status()).phase);
      expect(served()).toEqual(['a/a']);
      expect(await physicalRows()).toEqual(rows);
      expect(progress.of('one').lastSyncTime).not.toBeNull();

      edited.file = source(registryFileOf('a/a', 'b/b')).file;
      await vi.waitFor(() => expect(served()).toEqual(['a/a', 'b/b']), { timeout: 10_000 });
      await vi.waitFor(() => expect(progress.of('one')).toMatchObject({ attemptCount: 0, message: null }));
    },
  );

  it('leave their first round ended, and their registry unavailable', async () => {
    current = inline('nonsense');
    await scheduler.onApplicationBootstrap();

    await vi.waitFor(() => expect(progress.firstRoundsEnded()).toBe(true));

    expect(() => served()).toThrow(expect.objectContaining({ code: 'registry-unavailable' }));
  });

  it('stop with the scheduler', async () => {
    current = inline(TAGGED);
    await scheduler.onApplicationBootstrap();
    await vi.waitFor(() => expect(served()).toHaveLength(3));

    await scheduler.beforeApplicationShutdown();

    const { lastAttempt } = await status();
    const begin = vi.spyOn(db.sources, 'begin');
    await new Promise((resolve) => setTimeout(resolve, current.syncPolicy.intervalMs * 5));
    expect(begin).not.toHaveBeenCalled();
    expect((await status()).lastAttempt).toEqual(lastAttempt);
    begin.mockRestore();
  });
});
