import type { LatestMark, VersionHead, VersionWrite } from '../database/catalog-change.js';
import type { EntryKind, RefusedDocument, VersionDocument, VersionRef } from '../model/entry.js';
import { SourceVersions, type VersionState } from './source-versions.js';
import { compareVersion } from './version-comparison.js';

/** What a round was given: all that its source holds, or only what changed since the last one. */
export type RoundScope = 'everything' | 'changes';

/** What a round's change amounts to. */
export interface PlanNumbers {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Versions that stay as they are; in a round of changes those that it does not mention too. */
  readonly unchanged: number;
  /** Entries that had a version that is not deleted, before the change, and those of them that lose their last. */
  readonly entriesBefore: number;
  readonly entriesLost: number;
  /** Entries of each kind with a version that is not deleted, after the change. */
  readonly counts: Readonly<Record<EntryKind, number>>;
}

/** The first versions of each difference, for people to read; the numbers are complete. */
export interface PlanSamples {
  readonly added: readonly VersionRef[];
  readonly changed: readonly VersionRef[];
  readonly removed: readonly VersionRef[];
}

/** A write that waits for the end of the round to know its place among its siblings. */
export interface PlannedWrite {
  /** By which `SyncPlanner.settle` knows it. */
  readonly ticket: number;
  readonly write: Omit<VersionWrite, 'isLatest'>;
}

/** A finished plan; its writes are with whoever kept them. */
export interface FinishedPlan extends PlanNumbers {
  readonly drops: readonly LatestMark[];
  readonly marks: readonly LatestMark[];
  readonly samples: PlanSamples;
}

/** Entries that a source may lose in one round whatever its size. */
const REMOVALS_ALWAYS_ALLOWED = 9;
/** Versions named of each kind of difference. */
const SAMPLES = 1000;

/** True when a source would lose at least ten entries and more than half: rather an accident than a decision. */
export function isMassRemoval({
  entriesBefore,
  entriesLost,
}: Pick<PlanNumbers, 'entriesBefore' | 'entriesLost'>): boolean {
  return entriesLost > REMOVALS_ALWAYS_ALLOWED && entriesLost > entriesBefore / 2;
}

/**
 * Compares what is stored of a source with what it holds now, document by document, and keeps no document. Pure: the
 * same calls give the same plan. First all that is stored, then what was read and refused, in any order; then the end.
 *
 * A version that was refused stays as it is until the source drops it, so that a bad file never promotes a source of
 * lower precedence. Of a version that is read twice the first stays; among changes the last does, because upstreams
 * repeat what changes while they are read.
 */
export class SyncPlanner {
  private readonly versions = new SourceVersions();
  private readonly tickets: VersionState[] = [];

  constructor(private readonly scope: RoundScope = 'everything') {}

  /** Takes in what is stored of a version. */
  store(head: VersionHead): void {
    this.versions.store(head);
  }

  /**
   * The version of which just this is stored, and nothing speaks against it: what was refused before has to be read
   * again, as another release may have stored it.
   */
  findStored(servedHash: string): VersionRef | undefined {
    const state = this.versions.findServed(servedHash);
    return state === undefined || state.isDoubted || state.entry.isDoubted ? undefined : state.ref;
  }

  /** Takes in a document that an earlier round refused. */
  doubt({ kind, name, version }: Pick<RefusedDocument, 'kind' | 'name' | 'version'>): void {
    if (name === undefined) return;
    const doubted =
      version === undefined
        ? this.versions.findEntry(kind, name)
        : this.versions.find({ kind, name, version });
    if (doubted !== undefined) doubted.isDoubted = true;
  }

  /** Takes in that the source still holds a stored version as it is; unwanted is one that the filter leaves out. */
  confirm(ref: VersionRef, isWanted: boolean): 'repeated' | 'settled' {
    return this.mark(this.versions.of(ref), isWanted) ? 'settled' : 'repeated';
  }

  /**
   * Takes in a document; unwanted is one that the filter leaves out. Returns what is to be written of it, `repeated`
   * when another one stays, or `settled` when there is nothing to do for it now.
   */
  read(document: VersionDocument, isWanted: boolean): PlannedWrite | 'repeated' | 'settled' {
    const state = this.versions.of(document);
    if (!this.mark(state, isWanted)) return 'repeated';
    if (!isWanted) return 'settled';
    const write = compareVersion(state.stored?.compared(), document);
    if (write === undefined) return 'settled';
    const ticket = this.tickets.push(state) - 1;
    const { isNew, publishedAt } = write;
    state.write(ticket, { isNew, isDeleted: document.status === 'deleted', publishedAt });
    return { ticket, write };
  }

  /** Takes in a document that cannot be served. Not one that the filter leaves out by name. */
  refuse({ kind, name, version }: Pick<RefusedDocument, 'kind' | 'name' | 'version'>): void {
    if (name === undefined) return;
    if (version === undefined) {
      const entry = this.versions.findEntry(kind, name);
      if (entry !== undefined) entry.keepsAll = true;
      return;
    }
    this.versions.find({ kind, name, version })?.refuse();
  }

  /** True when a document of this version was read. */
  hasRead(ref: VersionRef): boolean {
    return this.versions.find(ref)?.isRead === true;
  }

  /**
   * Ends the plan. `now` stands for the time of the commit that is to come, where a document says nothing of its
   * publication.
   */
  finish(now: Date): FinishedPlan {
    for (const state of this.versions) if (this.isLeaving(state)) state.drop();
    for (const entry of this.versions.entries()) entry.chooseLatest(now.getTime());
    const drops: LatestMark[] = [];
    const marks: LatestMark[] = [];
    const added = new Sample();
    const changed = new Sample();
    let unchanged = 0;
    for (const state of this.versions) {
      const { stored, isLatest } = state;
      if (state.isWritten) (state.isNew ? added : changed).add(state);
      else if (state.isDropped) drops.push({ ...state.ref, isLatest });
      else if (stored !== undefined) {
        if (stored.isLatest !== isLatest) marks.push({ ...state.ref, isLatest });
        if (this.staysKnown(state)) unchanged += 1;
      }
    }
    const removed = drops.slice(0, SAMPLES).map(({ kind, name, version }) => ({ kind, name, version }));
    return {
      drops,
      marks,
      added: added.count,
      changed: changed.count,
      removed: drops.length,
      unchanged,
      ...this.countEntries(),
      samples: { added: added.refs, changed: changed.refs, removed },
    };
  }

  /**
   * Whether the write that was given this ticket is of the latest version of its entry, once the plan is finished.
   * Undefined when a later document of the same version took its place.
   */
  settle(ticket: number): boolean | undefined {
    const state = this.tickets[ticket];
    return state?.ticket === ticket ? state.isLatest : undefined;
  }

  /** False when an earlier document of the version stays instead. */
  private mark(state: VersionState, isWanted: boolean): boolean {
    if (state.isRead && this.scope === 'everything') return false;
    state.read(isWanted);
    return true;
  }

  private isLeaving({ entry, stored, isRead, isWanted, isRefused }: VersionState): boolean {
    if (stored === undefined || stored.isDropped || isWanted || entry.keepsAll) return false;
    return isRead || (this.scope === 'everything' && !isRefused);
  }

  private staysKnown({ stored, isWanted, isRead }: VersionState): boolean {
    return isWanted || (this.scope === 'changes' && !isRead && stored?.isDropped === false);
  }

  private countEntries(): Pick<PlanNumbers, 'entriesBefore' | 'entriesLost' | 'counts'> {
    const counts = { server: 0, skill: 0, plugin: 0 };
    let entriesBefore = 0;
    let entriesLost = 0;
    for (const entry of this.versions.entries()) {
      let wasAlive = false;
      let isAlive = false;
      for (const state of entry.versions()) {
        wasAlive ||= state.stored !== undefined && state.stored.status !== 'deleted';
        isAlive ||= state.exists && !state.isDeleted;
      }
      if (isAlive) counts[entry.kind] += 1;
      if (wasAlive) entriesBefore += 1;
      if (wasAlive && !isAlive) entriesLost += 1;
    }
    return { entriesBefore, entriesLost, counts };
  }
}

/** Counts versions and keeps the first. */
class Sample {
  count = 0;
  readonly refs: VersionRef[] = [];

  add(state: VersionState): void {
    this.count += 1;
    if (this.refs.length < SAMPLES) this.refs.push(state.ref);
  }
}
