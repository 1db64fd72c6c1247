import 'reflect-metadata';
import { LiveConfig } from '../config/live-config.js';
import { describe, expect, it } from 'vitest';
import { storedVersion } from '../../test/support/documents.js';
import type { RegistryConfig, RegistryDefinition } from '../config/registry-config.js';
import type { SourceEntity } from '../database/entities/source.entity.js';
import type { LastGoodCopy } from '../database/last-good-copy.js';
import { RevisionFeed } from '../database/revision-feed.js';
import type { StoreGate } from '../database/store-gate.js';
import type { EntryStore, StoredVersion } from '../database/stores/entry.store.js';
import type { SourceStore } from '../database/stores/source.store.js';
import { OPEN_VISIBILITY, type VisibilitySet } from '../model/claims.js';
import { CatalogLoader } from './catalog-loader.js';
import { CatalogService } from './catalog.service.js';
import { listed } from './page.js';
import type { RegistryView } from './registry-view.js';

const NO_COPY: Pick<LastGoodCopy, 'exists' | 'open' | 'changed' | 'confirm'> = {
  exists: () => Promise.resolve(false),
  open: () => Promise.resolve(undefined),
  changed: () => undefined,
  confirm: () => Promise.resolve(),
};

/** A store of which a test decides what each question finds, as if others wrote between them. */
class MovingStore {
  revision = 0;
  rows: StoredVersion[] = [];
  sources: Partial<SourceEntity>[] = [];
  readonly feed = new RevisionFeed();

  catalog(...registries: RegistryDefinition[]): CatalogService {
    const entries: Pick<EntryStore, 'position' | 'touched'> = {
      position: () => Promise.resolve({ databaseId: 'd', revision: this.revision, committedAt: new Date(0) }),
      touched: (revision, until) => this.touched(revision, until),
    };
    const sources: Pick<SourceStore, 'all'> = { all: () => Promise.resolve(this.sources as SourceEntity[]) };
    const config = { registries } as unknown as RegistryConfig;
    const gate: Pick<StoreGate, 'begin'> = { begin: (work) => work() };
    const loader = new CatalogLoader(entries as EntryStore, sources as SourceStore, NO_COPY as LastGoodCopy);
    return new CatalogService(new LiveConfig(config), loader, this.feed, gate as StoreGate);
  }

  private async *touched(revision: number, until: number): AsyncGenerator<readonly StoredVersion[]> {
    yield await Promise.resolve(this.rows.filter((row) => row.revision > revision && row.revision <= until));
  }
}

const ONE: RegistryDefinition = { name: 'one', sources: ['one'] };
const TWO: RegistryDefinition = { name: 'two', sources: ['two'] };

function synced(name: string, revision: number): Partial<SourceEntity> {
  return { name, revision, lastSyncTime: new Date(1_000) };
}

function shownIn(view: RegistryView): string[] {
  return [...listed(view.kind('server'), {})].map(({ name }) => name);
}

function namesIn(catalog: CatalogService, registry: string, visibility = OPEN_VISIBILITY): string[] {
  return shownIn(catalog.view(registry, visibility));
}

describe('a registry', () => {
  it('is unavailable until one of its sources succeeded, then as empty as that', async () => {
    const store = new MovingStore();
    store.sources = [{ name: 'one', revision: 0, lastSyncTime: null }];
    const catalog = store.catalog(ONE);
    await catalog.onModuleInit();
    expect(() => catalog.view('one', OPEN_VISIBILITY)).toThrow(
      expect.objectContaining({ code: 'registry-unavailable' }),
    );

    store.sources = [synced('one', 0)];
    store.feed.publish(0);
    await catalog.onModuleDestroy();

    expect(namesIn(catalog, 'one')).toEqual([]);
  });

  it('is never shown empty while the entries of its first round are still on their way', async () => {
    const store = new MovingStore();
    // The round of `two` is committed as revision 2 just after revision 1 was read as the present one.
    store.revision = 1;
    store.rows = [
      storedVersion({ name: 'a/a', source: 'one', revision: 1 }),
      storedVersion({ name: 'b/b', source: 'two', revision: 2 }),
    ];
    store.sources = [synced('one', 1), synced('two', 2)];
    const catalog = store.catalog(ONE, TWO);
    await catalog.onModuleInit();
    expect(namesIn(catalog, 'one')).toEqual(['a/a']);
    expect(() => catalog.view('two', OPEN_VISIBILITY)).toThrow(
      expect.objectContaining({ code: 'registry-unavailable' }),
    );

    store.revision = 2;
    store.feed.publish(2);
    await catalog.onModuleDestroy();

    expect(namesIn(catalog, 'two')).toEqual(['b/b']);
  });

  it('stays available while a later revision of its source is on its way', async () => {
    const store = new MovingStore();
    store.revision = 1;
    store.rows = [storedVersion({ name: 'a/a', revision: 1 })];
    store.sources = [synced('one', 1)];
    const catalog = store.catalog(ONE);
    await catalog.onModuleInit();

    store.sources = [synced('one', 2)];
    store.feed.publish(1);
    await catalog.onModuleDestroy();

    expect(namesIn(catalog, 'one')).toEqual(['a/a']);
  });

  it('that nobody configured is not found', async () => {
    const catalog = new MovingStore().catalog(ONE);
    await catalog.onModuleInit();

    expect(() => catalog.view('nope', OPEN_VISIBILITY)).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });

  it.each([
    [['one', 'default', 'two'], 'default'],
    [['two', 'one'], 'two'],
  ])('of %j the one at the root is %s', (names, root) => {
    const catalog = new MovingStore().catalog(...names.map((name) => ({ name, sources: [] })));

    expect(catalog.defaultRegistry).toBe(root);
  });
});

describe('views', () => {
  async function loaded(): Promise<{ store: MovingStore; catalog: CatalogService }> {
    const store = new MovingStore();
    store.revision = 1;
    store.rows = [storedVersion({ name: 'a/a', revision: 1, claims: '{"team":"a"}' })];
    store.sources = [synced('one', 1)];
    const catalog = store.catalog(ONE);
    await catalog.onModuleInit();
    return { store, catalog };
  }

  /** May read the registry, and nothing that a source holds. */
  const blind = (key: string): VisibilitySet => ({ key, sees: (_claims, source) => source === undefined });

  it('are kept for equal visibility, and apart for different ones', async () => {
    const { catalog } = await loaded();

    expect(catalog.view('one', OPEN_VISIBILITY)).toBe(catalog.view('one', OPEN_VISIBILITY));
    expect(namesIn(catalog, 'one', blind('blind'))).toEqual([]);
    expect(namesIn(catalog, 'one')).toEqual(['a/a']);
  });

  it('are bounded: the one used least recently goes first', async () => {
    const { catalog } = await loaded();
    const kept = catalog.view('one', OPEN_VISIBILITY);
    const gone = catalog.view('one', blind('0'));

    for (let key = 1; key < 200; key += 1) {
      catalog.view('one', blind(String(key)));
      catalog.view('one', OPEN_VISIBILITY);
    }

    expect(catalog.view('one', OPEN_VISIBILITY)).toBe(kept);
    expect(catalog.view('one', blind('0'))).not.toBe(gone);
  });

  it('of a reader stay as they were while the catalogue changes', async () => {
    const { store, catalog } = await loaded();
    const before = catalog.view('one', OPEN_VISIBILITY);

    store.rows.push(storedVersion({ name: 'b/b', revision: 2 }));
    store.revision = 2;
    store.feed.publish(2);
    await catalog.onModuleDestroy();

    expect(shownIn(before)).toEqual(['a/a']);
    expect(namesIn(catalog, 'one')).toEqual(['a/a', 'b/b']);
  });
});
