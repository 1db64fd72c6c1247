import { setImmediate as afterOthers } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LastGoodCopy } from '../database/last-good-copy.js';
import { type CatalogPosition, EntryStore, type StoredVersion } from '../database/stores/entry.store.js';
import { SourceStore } from '../database/stores/source.store.js';
import type { Claims } from '../model/claims.js';
import { Visibilities } from '../model/visibility.js';
import { EMPTY_SNAPSHOT, ShelfUpdate, type Snapshot } from './snapshot.js';

/** What a snapshot was made of, by which one can tell whether it can be continued. */
interface Origin extends CatalogPosition {
  /** Of each source, by name. */
  readonly incarnations: ReadonlyMap<string, string>;
}

/** What loading needs to know of a source. */
interface LoadedSource {
  readonly name: string;
  readonly incarnation: string;
  readonly revision: number;
  readonly lastSyncTime: Date | null;
}

/** Makes snapshots: from what has changed in the store, or from the last good copy while the store is away. */
@Injectable()
export class CatalogLoader {
  private readonly origins = new WeakMap<Snapshot, Origin>();

  constructor(
    private readonly entries: EntryStore,
    private readonly sources: SourceStore,
    private readonly lastGood: LastGoodCopy,
    private readonly visibilities: Visibilities = new Visibilities(),
  ) {}

  /**
   * What the store holds now; `last` itself when that is no other. Everything is read anew when the store does not
   * go on from `last`: another database, one that was restored, or a source that was removed and came back.
   */
  async load(last: Snapshot): Promise<Snapshot> {
    const position = await this.entries.position();
    const sources = await this.sources.all();
    const base = goesOn(this.origins.get(last), position, sources) ? last : EMPTY_SNAPSHOT;
    const synced = syncedNames(sources, position.revision, last.synced);
    if (base === last && isSame(last, position.revision, sources, synced)) {
      this.origins.set(last, originOf(position, sources));
      await this.lastGood.confirm(position.revision);
      return last;
    }
    const update = new ShelfUpdate(base.shelves);
    for await (const rows of this.entries.touched(base.revision, position.revision)) {
      for (const row of rows) this.put(update, row);
    }
    this.lastGood.changed();
    const shelves = await finished(update, new Set(sources.map(({ name }) => name)));
    const snapshot = { revision: position.revision, shelves, synced };
    this.origins.set(snapshot, originOf(position, sources));
    return snapshot;
  }

  /** True when there is a last good copy, which may turn out to be of no use. */
  hasCopy(): Promise<boolean> {
    return this.lastGood.exists();
  }

  /** The catalogue of the last good copy, and when it was known to be up to date; undefined when there is none. */
  async loadCopy(): Promise<{ readonly snapshot: Snapshot; readonly currentAt: Date } | undefined> {
    const copy = await this.lastGood.open();
    if (copy === undefined) return undefined;
    const { sources, revision, currentAt } = copy;
    const names = new Set(sources.map(({ name }) => name));
    let update = new ShelfUpdate(new Map());
    const seen = new Set<string>();
    for await (const rows of copy.rows()) {
      for (const row of rows) {
        if (seen.has(row.id)) {
          // Changed while the copy was written: what follows replaces what came before.
          update = new ShelfUpdate(await finished(update, names));
          seen.clear();
        }
        seen.add(row.id);
        this.put(update, row);
      }
    }
    const shelves = await finished(update, names);
    const snapshot = { revision, shelves, synced: syncedNames(sources, revision, new Set()) };
    this.origins.set(snapshot, originOf(copy, sources));
    return { snapshot, currentAt };
  }

  /** Claims are known before anybody can ask for what has them. */
  private put(update: ShelfUpdate, row: StoredVersion): void {
    if (row.claims !== null) this.visibilities.learn(JSON.parse(row.claims) as Claims);
    update.put(row);
  }
}

/** Lets others have their turn in between: hundreds of thousands of entries take as many microseconds and more. */
async function finished(
  update: ShelfUpdate,
  sources: ReadonlySet<string>,
): Promise<ReturnType<ShelfUpdate['finish']>> {
  const work = update.finishing(sources);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await afterOthers();
  }
}

function goesOn(
  origin: Origin | undefined,
  position: CatalogPosition,
  sources: readonly LoadedSource[],
): boolean {
  if (origin === undefined) return true;
  const { databaseId, revision, committedAt, incarnations } = origin;
  if (position.databaseId !== databaseId || position.revision < revision) return false;
  if (position.revision === revision && position.committedAt.getTime() !== committedAt.getTime())
    return false;
  return sources.every(({ name, incarnation }) => (incarnations.get(name) ?? incarnation) === incarnation);
}

function originOf(
  { databaseId, revision, committedAt }: CatalogPosition,
  sources: readonly LoadedSource[],
): Origin {
  const incarnations = new Map(sources.map(({ name, incarnation }) => [name, incarnation]));
  return { databaseId, revision, committedAt, incarnations };
}

/** A source whose first round was committed after `revision` counts once its entries are loaded as well. */
function syncedNames(
  sources: readonly LoadedSource[],
  until: number,
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const synced = sources.filter(
    ({ name, revision, lastSyncTime }) => lastSyncTime !== null && (revision <= until || before.has(name)),
  );
  return new Set(synced.map(({ name }) => name));
}

function isSame(
  last: Snapshot,
  revision: number,
  sources: readonly LoadedSource[],
  synced: ReadonlySet<string>,
): boolean {
  const hasSources =
    sources.length === last.shelves.size && sources.every(({ name }) => last.shelves.has(name));
  const isSynced = synced.size === last.synced.size && [...synced].every((name) => last.synced.has(name));
  return last.revision === revision && hasSources && isSynced;
}
