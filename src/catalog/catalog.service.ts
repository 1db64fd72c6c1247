import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { DomainError } from '../common/domain-error.js';
import { LiveConfig } from '../config/live-config.js';
import type { RegistryConfig, RegistryDefinition } from '../config/registry-config.js';
import { RevisionFeed } from '../database/revision-feed.js';
import { StoreGate } from '../database/store-gate.js';
import { EntryStore } from '../database/stores/entry.store.js';
import { SourceStore } from '../database/stores/source.store.js';
import type { Claims, VisibilitySet } from '../model/claims.js';
import { Visibilities } from '../model/visibility.js';
import { RegistryView } from './registry-view.js';
import { EMPTY_SNAPSHOT, ShelfUpdate, type Snapshot } from './snapshot.js';

/** Visibility sets whose views are kept for one registry; the one used least recently goes first. */
const MAX_VIEWS = 64;

/** The read model: all that is served is in memory, whatever happens to the database behind it. */
@Injectable()
export class CatalogService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Catalog');
  private definitions: ReadonlyMap<string, RegistryDefinition>;
  private snapshot = EMPTY_SNAPSHOT;
  private views = new Map<string, RegistryView>();
  private readonly subscriptions: Subscription[] = [];
  private loading: Promise<void> = Promise.resolve();
  private loaded = false;
  private filledAtStart = false;

  constructor(
    config: LiveConfig,
    private readonly entries: EntryStore,
    private readonly sources: SourceStore,
    private readonly feed: RevisionFeed,
    private readonly gate: StoreGate,
    private readonly visibilities: Visibilities = new Visibilities(),
  ) {
    this.definitions = definitionsOf(config.current);
    this.subscriptions.push(config.changes.subscribe((next) => this.redefine(next)));
  }

  /** Loads what is stored, and follows every later revision. */
  async onModuleInit(): Promise<void> {
    await this.gate.begin(async () => {
      await this.load();
      this.loaded = true;
      this.filledAtStart = this.snapshot.revision > 0;
      this.subscriptions.push(this.feed.revisions.subscribe(() => this.follow()));
    });
  }

  async onModuleDestroy(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await this.loading;
  }

  /** True once the stored catalogue is in memory. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  /** True when the store held a catalogue before this process wrote to it. */
  get wasFilled(): boolean {
    return this.filledAtStart;
  }

  /** The catalogue as it is now. */
  get current(): Snapshot {
    return this.snapshot;
  }

  /** Every configured registry, in the order of the configuration. */
  get registries(): readonly RegistryDefinition[] {
    return [...this.definitions.values()];
  }

  /** The registry that is served at the root: the one named `default`, else the first. */
  get defaultRegistry(): string {
    if (this.definitions.has('default')) return 'default';
    return this.registries[0]?.name ?? 'default';
  }

  /** Those registries that a visibility set may read, each with the sources that it may know of. */
  readable(visibility: VisibilitySet): readonly RegistryDefinition[] {
    return this.registries
      .filter(({ claims }) => visibility.sees(claims))
      .map((registry) => ({
        ...registry,
        sources: registry.sources.filter((source) => visibility.sees(undefined, source)),
      }));
  }

  /** A registry that is configured and may be read; without a name the default one. @throws DomainError `not-found` */
  definition(registry: string = this.defaultRegistry, visibility: VisibilitySet): RegistryDefinition {
    const definition = this.definitions.get(registry);
    if (definition !== undefined && visibility.sees(definition.claims)) return definition;
    throw new DomainError('not-found', 'Registry not found: GET /registry lists those that you may read');
  }

  /**
   * What a registry (without a name the default one) shows to a visibility set.
   * @throws DomainError `not-found`; `registry-unavailable` while none of its sources was ever read, because
   * clients take an empty list, as they take a 404, for "not approved"
   */
  view(registry: string | undefined, visibility: VisibilitySet): RegistryView {
    const { name, sources } = this.definition(registry, visibility);
    if (!sources.some((source) => this.snapshot.synced.has(source))) {
      throw new DomainError(
        'registry-unavailable',
        'The registry has not been read from any of its sources yet',
      );
    }
    const key = `${visibility.key} ${name}`;
    const view = this.views.get(key) ?? this.makeView(sources, visibility);
    this.views.delete(key);
    this.views.set(key, view);
    if (this.views.size > MAX_VIEWS) this.views.delete(this.views.keys().next().value ?? key);
    return view;
  }

  private redefine(config: RegistryConfig): void {
    this.definitions = definitionsOf(config);
    this.views = new Map();
  }

  private makeView(sources: readonly string[], visibility: VisibilitySet): RegistryView {
    const shelves = sources
      .map((source) => this.snapshot.shelves.get(source))
      .filter((shelf) => shelf !== undefined);
    return new RegistryView(shelves, visibility);
  }

  private follow(): void {
    this.loading = this.loading
      .then(() => this.load())
      .catch((error: unknown) => this.logger.error(`The catalogue could not be refreshed: ${String(error)}`));
  }

  private async load(): Promise<void> {
    const revision = await this.entries.revision();
    const sources = await this.sources.all();
    const update = new ShelfUpdate(this.snapshot.shelves);
    for await (const rows of this.entries.touched(this.snapshot.revision, revision)) {
      for (const row of rows) {
        if (row.claims !== null) this.visibilities.learn(JSON.parse(row.claims) as Claims);
        update.put(row);
      }
    }
    // A source whose first round was committed after `revision` counts once its entries are loaded as well.
    const synced = sources.filter(
      (source) =>
        source.lastSyncTime !== null &&
        (source.revision <= revision || this.snapshot.synced.has(source.name)),
    );
    this.snapshot = {
      revision,
      shelves: update.finish(new Set(sources.map(({ name }) => name))),
      synced: new Set(synced.map(({ name }) => name)),
    };
    this.views = new Map();
  }
}

function definitionsOf({ registries }: RegistryConfig): ReadonlyMap<string, RegistryDefinition> {
  return new Map(registries.map((registry) => [registry.name, registry]));
}
