import { access, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { isWritable } from './embedded-store.js';
import { type CopyTrailer, type OpenedCopy, openCopy, writeCopy } from './last-good-file.js';
import { isLostConnection } from './postgres-problem.js';
import { type CatalogPosition, EntryStore, type StoredVersion } from './stores/entry.store.js';
import { SourceStore } from './stores/source.store.js';

/** Name of the copy below `fileStorage.baseDir`. */
const FILE = 'last-good-catalogue.jsonl';
/** Pause after a change before it is copied, so that several are copied at once, in milliseconds. */
const QUIET = 2_000;
/** Shortest time between two copies, in milliseconds. */
const SHORTEST_INTERVAL = 30_000;
/** Shortest time between two notes that a copy is still what the database holds, in milliseconds. */
const NOTE_INTERVAL = 30_000;
/** How often rows that were changed meanwhile are fetched before a copy is put off. */
const MOST_PASSES = 10;

/**
 * Keeps a file of the catalogue as it is in PostgreSQL, from which the server starts while the database is away. It is
 * written in the background and holds the rows of one moment. There is none for the embedded store, nor where
 * `fileStorage.baseDir` cannot be written.
 */
@Injectable()
export class LastGoodCopy implements BeforeApplicationShutdown {
  private readonly logger = new Logger('LastGoodCopy');
  private readonly place: string | undefined;
  private readonly directory: string;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private isChanged = false;
  private isStopping = false;
  private writtenAt = 0;
  private notedAt = 0;
  /** Revision that the file holds, once this process has written or read it. */
  private held: number | undefined;

  constructor(
    @Inject(REGISTRY_CONFIG) { database, fileStorage }: Pick<RegistryConfig, 'database' | 'fileStorage'>,
    private readonly entries: EntryStore,
    private readonly sources: SourceStore,
  ) {
    this.directory = fileStorage.baseDir;
    if (database !== undefined) this.place = `${database.host}:${database.port}/${database.database}`;
  }

  /** True when there is a file, whatever it holds. */
  async exists(): Promise<boolean> {
    if (this.place === undefined) return false;
    return access(this.path).then(
      () => true,
      () => false,
    );
  }

  /** The copy, if there is one of this database and it is whole. One line of the log says why another is not used. */
  async open(): Promise<OpenedCopy | undefined> {
    if (this.place === undefined) return undefined;
    try {
      const copy = await openCopy(this.path);
      if (copy === undefined) return undefined;
      if (copy.place !== this.place) throw new Error('it is of another database');
      return copy;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`${this.path} is not used: ${reason.split('\n')[0] ?? ''}`);
      return undefined;
    }
  }

  /** The catalogue in the database is another than before: the copy follows in a while. */
  changed(): void {
    if (this.place === undefined || this.isStopping) return;
    this.isChanged = true;
    if (this.timer !== undefined || this.writing !== undefined) return;
    const rest = this.writtenAt === 0 ? 0 : this.writtenAt + SHORTEST_INTERVAL - Date.now();
    this.timer = setTimeout(() => void this.write(), Math.max(QUIET, rest)).unref();
  }

  /** The database was seen to hold just this revision, which may be what the copy holds. */
  async confirm(revision: number): Promise<void> {
    if (revision !== this.held || Date.now() - this.notedAt < NOTE_INTERVAL) return;
    this.notedAt = Date.now();
    const now = new Date();
    await utimes(this.path, now, now).catch(() => undefined);
  }

  /** Writes now what has changed. Never fails: the log says what went wrong. */
  async write(): Promise<void> {
    await this.writing;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isChanged = false;
    this.writing = this.copy().catch((error: unknown) => {
      this.isChanged = true;
      if (this.isStopping) return;
      // While the database is away there is nothing to copy, and others have said so.
      const level = isLostConnection(error) ? 'debug' : 'warn';
      this.logger[level](`The last good copy could not be written: ${String(error)}`);
    });
    await this.writing;
    this.writing = undefined;
    this.writtenAt = Date.now();
    if (this.isChanged) this.changed();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.writing;
  }

  private get path(): string {
    return join(this.directory, FILE);
  }

  private async copy(): Promise<void> {
    const { place } = this;
    if (place === undefined || !(await isWritable(this.directory))) return;
    const begun = performance.now();
    const before = await this.identities();
    let position = await this.entries.position();
    const isWhole = await writeCopy(
      this.path,
      this.rows((reached) => (position = reached)),
      async () => {
        const trailer = await this.trailer(place, position);
        // A source that was removed and came back has left rows of its former life among these.
        const isOfOneLife = trailer.sources.every(
          ({ name, incarnation }) => (before.get(name) ?? incarnation) === incarnation,
        );
        return isOfOneLife && !this.isStopping ? trailer : undefined;
      },
    );
    if (!isWhole) {
      this.isChanged = true;
      return;
    }
    this.held = position.revision;
    this.notedAt = Date.now();
    const took = Math.round(performance.now() - begun);
    this.logger.debug(`Copied revision ${position.revision} to ${this.path} in ${took} ms`);
  }

  /** Everything, and then what was changed meanwhile, until nothing was. */
  private async *rows(reach: (position: CatalogPosition) => void): AsyncGenerator<readonly StoredVersion[]> {
    let from = 0;
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const position = await this.entries.position();
      reach(position);
      if (pass > 0 && position.revision === from) return;
      for await (const rows of this.entries.touched(from, position.revision)) {
        if (this.isStopping) return;
        yield rows;
      }
      from = position.revision;
    }
    throw new Error('the catalogue changes too fast');
  }

  private async trailer(place: string, position: CatalogPosition): Promise<CopyTrailer> {
    const sources = (await this.sources.all()).map(({ name, incarnation, revision, lastSyncTime }) => {
      return { name, incarnation, revision, lastSyncTime };
    });
    return { place, ...position, sources };
  }

  private async identities(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.sources.all()).map(({ name, incarnation }) => [name, incarnation]));
  }
}
