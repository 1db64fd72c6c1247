import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { listed } from '../../src/catalog/page.js';
import { CatalogLoader } from '../../src/catalog/catalog-loader.js';
import { CatalogService } from '../../src/catalog/catalog.service.js';
import { LiveConfig } from '../../src/config/live-config.js';
import type { RegistryConfig } from '../../src/config/registry-config.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { EntryWriter } from '../../src/database/entry-writer.js';
import { LastGoodCopy } from '../../src/database/last-good-copy.js';
import { RevisionFeed } from '../../src/database/revision-feed.js';
import { type ListenerTimes, RevisionListener } from '../../src/database/revision-listener.js';
import { SourceLeases } from '../../src/database/source-leases.js';
import { StoreGate } from '../../src/database/store-gate.js';
import { EntryStore } from '../../src/database/stores/entry.store.js';
import { LeaseStore } from '../../src/database/stores/lease.store.js';
import { SourceStore } from '../../src/database/stores/source.store.js';
import { OPEN_VISIBILITY } from '../../src/model/claims.js';
import { SyncProgress } from '../../src/sync/sync-progress.js';
import { versionDocument } from './documents.js';
import { changeOf, planSync, storedHeads } from './sync-plans.js';

/** What a test wants of a replica. */
export interface ReplicaOptions {
  /** In milliseconds. */
  readonly leaseLengthMs?: number;
  readonly poolSize?: number;
  /** Where its last good copy lies; without it there is none. */
  readonly baseDir?: string;
  /** Names of its sources, all of them in its one registry, `default`. */
  readonly sources?: readonly string[];
  readonly times?: Partial<ListenerTimes>;
}

const QUICK: ListenerTimes = { poll: 60_000, echo: 2_000, recheck: 60_000, deaf: 60_000, reconnect: 200 };

/** One of several servers on a database: its own pool, stores, leases, ears and catalogue, all in this process. */
export class Replica {
  readonly feed = new RevisionFeed();
  readonly entries: EntryStore;
  readonly sources: SourceStore;
  readonly writer: EntryWriter;
  readonly leases: SourceLeases;
  readonly leaseStore: LeaseStore;
  readonly lastGood: LastGoodCopy;
  readonly catalog: CatalogService;
  readonly progress: SyncProgress;
  readonly listener: RevisionListener;
  readonly dataSource: DataSource;
  readonly gate: StoreGate;
  /** While true, its database cannot be reached for the first time. */
  isAway = false;

  constructor(url: string, options: ReplicaOptions = {}) {
    const { leaseLengthMs = 60_000, poolSize = 5, baseDir = '/nowhere', sources = ['one'] } = options;
    this.dataSource = new DataSource({ ...dataSourceOptions({ url }), poolSize } as DataSourceOptions);
    this.gate = new StoreGate({ open: () => this.connect(), close: async () => undefined });
    const { hostname, port, pathname } = new URL(url);
    const config = {
      sync: { leaseLengthMs },
      registries: [{ name: 'default', sources }],
      database: { host: hostname, port: Number(port), database: pathname.slice(1) },
      fileStorage: { baseDir, explicit: true, memoryOnly: false },
    } as unknown as RegistryConfig;
    this.entries = new EntryStore(this.dataSource);
    this.sources = new SourceStore(this.dataSource, this.feed);
    this.writer = new EntryWriter(this.dataSource, this.feed);
    this.leaseStore = new LeaseStore(this.dataSource);
    this.leases = new SourceLeases(config, this.leaseStore);
    this.lastGood = new LastGoodCopy(config, this.entries, this.sources);
    const loader = new CatalogLoader(this.entries, this.sources, this.lastGood);
    this.catalog = new CatalogService(new LiveConfig(config), loader, this.feed, this.gate);
    this.progress = new SyncProgress(this.sources, this.feed);
    const connection = () => ({ connectionString: url });
    this.listener = new RevisionListener(this.feed, this.dataSource, connection, {
      ...QUICK,
      ...options.times,
    });
  }

  /** A replica on the database at `url`, whose schema is made when it is not there. It has no catalogue yet. */
  static async open(url: string, options: ReplicaOptions = {}): Promise<Replica> {
    const replica = new Replica(url, options);
    await replica.gate.openNow();
    return replica;
  }

  /** One that serves: its catalogue is loaded, and follows the others. */
  static async serve(url: string, options: ReplicaOptions = {}): Promise<Replica> {
    const replica = await Replica.open(url, options);
    await replica.start();
    return replica;
  }

  private async connect(): Promise<void> {
    if (this.isAway) throw new Error('The test keeps the database away');
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    await this.dataSource.runMigrations();
  }

  /** Loads the catalogue, from the last good copy when the database is away, and begins to listen. */
  async start(): Promise<void> {
    await this.catalog.onModuleInit();
    this.listener.onApplicationBootstrap();
  }

  /** Resolves once it is known whether notifications arrive. */
  async hears(): Promise<boolean> {
    while (this.listener.hears === undefined) await wait(10);
    return this.listener.hears;
  }

  /** Names of the servers that it serves. */
  names(): string[] {
    const servers = this.catalog.view(undefined, OPEN_VISIBILITY).kind('server');
    return Array.from(listed(servers, { version: 'latest' }), ({ name }) => name);
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
    await this.gate.onApplicationShutdown();
    await this.listener.beforeApplicationShutdown();
    await this.lastGood.beforeApplicationShutdown();
    await this.catalog.onModuleDestroy();
    await this.progress.onModuleDestroy();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
