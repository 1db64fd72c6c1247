import { OPEN_VISIBILITY, type VisibilitySet } from '../model/claims.js';
import { allBits, type BitSet, countBits, keepBits } from './bit-set.js';
import { type CatalogEntry, compareNames, isAlive } from './catalog-entry.js';
import { selectVersions } from './chunk-index.js';
import type { EntryChunk } from './entry-chunk.js';
import type { Shelf } from './shelf.js';
import type { Vocabulary } from './vocabulary.js';

/** What a view shows of one chunk. */
interface ShownPart {
  readonly versions: BitSet;
  /**
   * When entries of this chunk came into view because a source above gave way, by name; in milliseconds since 1970.
   * Read from the tombstones above, so it survives restarts and is the same on every replica.
   */
  readonly promoted: ReadonlyMap<string, number>;
}

/** More changed names than this are forgotten together: finding out about each would cost more. */
const MAX_FOLLOWED = 10_000;

/**
 * What a registry shows of one kind of entry to one visibility set: for each name the first source that has a visible
 * version wins whole. Nothing is copied. The view is the shelves of the sources and, chunk by chunk, the set of
 * versions that are shown, found when somebody looks there first.
 */
export class KindView {
  private shown = new WeakMap<EntryChunk, ShownPart>();
  private latestFirst: readonly EntryChunk[] | undefined;
  private facts: { readonly count: number; readonly changedAt: number } | undefined;

  /** @param shelves of the registry's sources, in their order */
  constructor(
    readonly shelves: readonly Shelf[],
    private readonly visibility: VisibilitySet,
    readonly vocabulary: Vocabulary,
  ) {}

  /** The entry that wins a name. One of which everything is deleted wins only while nobody below is alive. */
  entry(name: string): CatalogEntry | undefined {
    let deleted: CatalogEntry | undefined;
    for (const shelf of this.shelves) {
      const entry = shelf.get(name);
      if (entry === undefined || !this.sees(entry)) continue;
      if (isAlive(entry)) return entry;
      deleted ??= entry;
    }
    return deleted;
  }

  /** The versions of a chunk that are shown, deleted ones included. */
  shownOf(chunk: EntryChunk): BitSet {
    return this.partOf(chunk).versions;
  }

  /** When an entry came into view because a source above gave way; 0 for all others. */
  promotedAt(chunk: EntryChunk, name: string): number {
    return this.partOf(chunk).promoted.get(name) ?? 0;
  }

  /** True when something in a chunk may have changed, or come into view, after `time`. */
  mayHaveChanged(chunk: EntryChunk, time: number): boolean {
    return (
      chunk.index.maxUpdatedAt > time || (this.shelves.length > 1 && this.partOf(chunk).promoted.size > 0)
    );
  }

  /** All chunks, those with the latest change first. */
  get byUpdate(): readonly EntryChunk[] {
    this.latestFirst ??= this.shelves
      .flatMap(({ chunks }) => chunks)
      .sort((a, b) => b.index.maxUpdatedAt - a.index.maxUpdatedAt || compareNames(a.firstName, b.firstName));
    return this.latestFirst;
  }

  /** How many entries are shown that are not deleted, and when something of the sources changed last. */
  get summary(): { readonly count: number; readonly changedAt: number } {
    this.facts ??= this.summarise();
    return this.facts;
  }

  /** The same view of later shelves, which takes over what is known of the chunks that nothing touched. */
  advanced(shelves: readonly Shelf[]): KindView {
    const next = new KindView(shelves, this.visibility, this.vocabulary);
    const touched = new Set<string>();
    for (const [place, shelf] of shelves.entries()) {
      const before = this.shelves[place];
      if (before === undefined || shelves.length !== this.shelves.length) return next;
      if (shelves.length > 1) addChangedNames(touched, before, shelf);
    }
    if (touched.size > MAX_FOLLOWED) return next;
    next.shown = this.shown;
    // Whoever still reads this view goes on with what was true of it.
    this.shown = new WeakMap();
    for (const name of touched) {
      for (const shelf of shelves) {
        const chunk = shelf.chunkOf(name);
        if (chunk !== undefined) next.shown.delete(chunk);
      }
    }
    return next;
  }

  private partOf(chunk: EntryChunk): ShownPart {
    const known = this.shown.get(chunk);
    if (known !== undefined) return known;
    const made = this.look(chunk);
    this.shown.set(chunk, made);
    return made;
  }

  private look(chunk: EntryChunk): ShownPart {
    const isWhole = this.shelves.length === 1 && this.visibility === OPEN_VISIBILITY;
    const promoted = new Map<string, number>();
    if (isWhole) return { versions: allBits(chunk.versions.length), promoted };
    const winners = new Set(chunk.entries.filter((entry) => this.wins(entry)));
    const versions = selectVersions(chunk.entries, (_, entry) => winners.has(entry));
    for (const entry of this.shelves.length > 1 ? winners : []) {
      const since = this.gaveWayAt(entry);
      if (since > 0) promoted.set(entry.name, since);
    }
    return { versions, promoted };
  }

  private wins(entry: CatalogEntry): boolean {
    return this.shelves.length === 1 ? this.sees(entry) : this.entry(entry.name) === entry;
  }

  /** The last change of what the sources above have under the name: all of it is deleted when this entry wins. */
  private gaveWayAt(winner: CatalogEntry): number {
    let time = 0;
    for (const shelf of this.shelves) {
      const entry = shelf.get(winner.name);
      if (entry === winner) return time;
      if (entry === undefined || !this.sees(entry)) continue;
      for (const { updatedAt } of entry.versions) time = Math.max(time, updatedAt);
    }
    return 0;
  }

  private sees(entry: CatalogEntry): boolean {
    return this.visibility === OPEN_VISIBILITY || this.visibility.sees(entry.claims, entry.source);
  }

  private summarise(): { readonly count: number; readonly changedAt: number } {
    let count = 0;
    let changedAt = 0;
    for (const chunk of this.byUpdate) {
      const alive = this.shownOf(chunk).slice();
      if (alive.some((word) => word !== 0)) changedAt = Math.max(changedAt, chunk.index.maxUpdatedAt);
      keepBits(alive, chunk.index.alive);
      keepBits(alive, chunk.index.latest);
      count += countBits(alive);
    }
    return { count, changedAt };
  }
}

function addChangedNames(names: Set<string>, before: Shelf, after: Shelf): void {
  const [older, newer] = [new Set(before.chunks), new Set(after.chunks)];
  for (const chunk of newer) {
    if (older.has(chunk)) continue;
    for (const entry of chunk.entries) if (before.get(entry.name) !== entry) names.add(entry.name);
  }
  for (const chunk of older) {
    if (newer.has(chunk)) continue;
    for (const { name } of chunk.entries) if (!after.has(name)) names.add(name);
  }
}
