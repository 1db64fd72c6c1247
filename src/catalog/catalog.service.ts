import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { merge, type Subscription } from 'rxjs';
import { DomainError } from '../common/domain-error.js';
import { formatDuration } from '../common/duration.js';
import { LiveConfig } from '../config/live-config.js';
import type { RegistryConfig, RegistryDefinition } from '../config/registry-config.js';
import { RevisionFeed } from '../database/revision-feed.js';
import { StoreGate } from '../database/store-gate.js';
import type { VisibilitySet } from '../model/claims.js';
import { CatalogLoader } from './catalog-loader.js';
import type { RegistryView } from './registry-view.js';
import { SearchIndexer } from './search-indexer.js';
import { EMPTY_SNAPSHOT, type Snapshot } from './snapshot.js';
import { ViewCache } from './view-cache.js';
import { Vocabulary } from './vocabulary.js';

/** How long the start waits for the store when there is a copy of it, in milliseconds. */
const STORE_PATIENCE = 3_000;

/** The read model: all that is served is in memory, whatever happens to the database behind it. */
@Injectable()
export class CatalogService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Catalog');
  private definitions: ReadonlyMap<string, RegistryDefinition>;
  private snapshot = EMPTY_SNAPSHOT;
  private changes = 0;
  private readonly vocabulary = new Vocabulary();
  private views = new ViewCache(this.vocabulary);
  private readonly indexer = new SearchIndexer(this.vocabulary);
  private readonly subscriptions: Subscription[] = [];
  private loading: Promise<void> = Promise.resolve();
  private loaded = false;
  private filledAtStart = false;
  private isFollowing = false;
  private isAway = false;
  /** True while the last good copy is served, and the store was never seen. */
  private isCopy = false;
  private storeSeenAt: Date | undefined;

  constructor(
    config: LiveConfig,
    private readonly loader: CatalogLoader,
    private readonly feed: RevisionFeed,
    private readonly gate: StoreGate,
  ) {
    this.definitions = definitionsOf(config.current);
    this.subscriptions.push(config.changes.subscribe((next) => this.redefine(next)));
  }

  /**
   * Loads what is stored, and follows every later revision. A store that is away, or silent for a few seconds, is
   * not waited for: its last good copy is served until it is.
   */
  async onModuleInit(): Promise<void> {
    await this.gate.begin(async () => {
      await this.load();
      const changes = merge(this.feed.revisions, this.feed.elsewhere);
      this.subscriptions.push(changes.subscribe(() => this.follow()));
    });
    if (this.loaded || !(await this.loader.hasCopy())) return;
    const deadline = performance.now() + STORE_PATIENCE;
    while (!this.loaded && this.gate.problem === undefined && performance.now() < deadline) await wait(20);
    await this.loadCopy();
  }

  async onModuleDestroy(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await this.loading;
    this.indexer.stop();
  }

  /** True once the stored catalogue is in memory. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  /** True when the store held a catalogue before this process wrote to it. */
  get wasFilled(): boolean {
    return this.filledAtStart;
  }

  /** Since when the store has not been seen while what is served goes on; undefined while it answers. */
  get servedWithoutStoreSince(): Date | undefined {
    return this.isAway ? this.storeSeenAt : undefined;
  }

  /** A number that is another one whenever something else may be shown than before. */
  get edition(): number {
    return this.changes;
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
    return this.definitions.keys().next().value ?? 'default';
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
    const definition = this.definition(registry, visibility);
    if (!definition.sources.some((source) => this.snapshot.synced.has(source))) {
      throw new DomainError(
        'registry-unavailable',
        'The registry has not been read from any of its sources yet',
      );
    }
    return this.views.get(definition, this.snapshot, visibility);
  }

  private redefine(config: RegistryConfig): void {
    this.changes += 1;
    this.definitions = definitionsOf(config);
    this.views = new ViewCache(this.vocabulary);
  }

  /** Loads once more after a load that is under way, however often it is asked. */
  private follow(): void {
    if (this.isFollowing) return;
    this.isFollowing = true;
    this.loading = this.loading
      .then(() => {
        this.isFollowing = false;
        return this.load();
      })
      .catch((error: unknown) => this.lose(error));
  }

  private async load(): Promise<void> {
    const startedAt = new Date();
    const snapshot = await this.loader.load(this.snapshot);
    if (!this.loaded) this.filledAtStart = snapshot.revision > 0;
    if (this.isCopy) this.logger.log(`The store answers again: revision ${snapshot.revision} is served`);
    this.isCopy = false;
    this.loaded = true;
    this.isAway = false;
    this.storeSeenAt = startedAt;
    this.show(snapshot);
  }

  private async loadCopy(): Promise<void> {
    const copy = this.loaded ? undefined : await this.loader.loadCopy();
    if (copy === undefined || this.loaded) return;
    const { snapshot, currentAt } = copy;
    this.loaded = true;
    this.filledAtStart = true;
    this.isAway = true;
    this.isCopy = true;
    this.storeSeenAt = currentAt;
    this.show(snapshot);
    const age = formatDuration(Math.max(0, Math.round((Date.now() - currentAt.getTime()) / 1_000)) * 1_000);
    this.logger.warn(
      `The store is away: the last good copy is served, revision ${snapshot.revision}, ${age} old`,
    );
  }

  private show(snapshot: Snapshot): void {
    if (snapshot === this.snapshot) return;
    this.changes += 1;
    this.snapshot = snapshot;
    this.views.forgetUnused();
    void this.indexer.prepare(this.snapshot);
  }

  /** What is loaded is served on. One line says so, unless the store's own line does. */
  private async lose(error: unknown): Promise<void> {
    const isNews = !this.isAway;
    this.isAway = true;
    if (!isNews || (await this.gate.isCauseOf(error))) return;
    this.logger.error(`The catalogue cannot be refreshed, and is served as it is: ${String(error)}`);
  }
}

function definitionsOf({ registries }: RegistryConfig): ReadonlyMap<string, RegistryDefinition> {
  return new Map(registries.map((registry) => [registry.name, registry]));
}
