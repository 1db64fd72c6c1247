import type { VersionHead } from '../database/catalog-change.js';
import {
  ENTRY_KINDS,
  ENTRY_STATUSES,
  type EntryKind,
  type EntryStatus,
  type VersionRef,
} from '../model/entry.js';
import { latestOf } from '../model/version-order.js';
import type { ComparedHead } from './version-comparison.js';

/** Versions of an entry up to which looking through them is cheaper than an index. */
const FEW_VERSIONS = 16;

/** What is stored of a version. Times are numbers: hundreds of thousands of these are held at once. */
class StoredState {
  readonly contentHash: string;
  readonly servedHash: string;
  readonly status: EntryStatus;
  readonly statusMessage: string | null;
  readonly isLatest: boolean;
  readonly isDropped: boolean;
  readonly publishedAt: number;
  private readonly statusChangedAt: number;
  private readonly updatedAt: number;

  constructor(head: VersionHead) {
    this.contentHash = head.contentHash;
    this.servedHash = head.servedHash;
    // The constant instead of a copy of its own in each.
    this.status = ENTRY_STATUSES.find((status) => status === head.status) ?? head.status;
    this.statusMessage = head.statusMessage;
    this.isLatest = head.isLatest;
    this.isDropped = head.isDropped;
    this.publishedAt = head.publishedAt.getTime();
    this.statusChangedAt = head.statusChangedAt.getTime();
    this.updatedAt = head.updatedAt.getTime();
  }

  compared(): ComparedHead {
    const { contentHash, servedHash, status, statusMessage, isDropped } = this;
    return {
      contentHash,
      servedHash,
      status,
      statusMessage,
      isDropped,
      publishedAt: new Date(this.publishedAt),
      statusChangedAt: new Date(this.statusChangedAt),
      updatedAt: new Date(this.updatedAt),
    };
  }
}

/** What happened to a version in this round so far: bits, as there are so many of them. */
const READ = 1;
const WANTED = 2;
const REFUSED = 4;
const DROPPED = 8;
const NEW = 16;
const DELETED = 32;
const NO_TICKET = -1;

/** One version of a source during a round. */
export class VersionState {
  /** The next version of the same entry. */
  next: VersionState | undefined;
  /** Number of its write, -1 for none; a later write of the same version takes its place. */
  ticket = NO_TICKET;
  /** Milliseconds since 1970 that the write names; NaN: the time of the commit. */
  private writtenPublishedAt = NaN;
  private bits = 0;
  /** A document of it is in quarantine. */
  isDoubted = false;

  constructor(
    readonly entry: EntryState,
    readonly version: string,
    readonly stored: StoredState | undefined,
  ) {}

  get ref(): VersionRef {
    return { kind: this.entry.kind, name: this.entry.name, version: this.version };
  }

  get isLatest(): boolean {
    return this.entry.latest === this;
  }

  /** A document of it was read in this round. */
  get isRead(): boolean {
    return (this.bits & READ) !== 0;
  }

  /** …and the last one passes the filter. */
  get isWanted(): boolean {
    return (this.bits & WANTED) !== 0;
  }

  /** A document of it was refused in this round. */
  get isRefused(): boolean {
    return (this.bits & REFUSED) !== 0;
  }

  get isDropped(): boolean {
    return (this.bits & DROPPED) !== 0;
  }

  get isWritten(): boolean {
    return this.ticket !== NO_TICKET;
  }

  /** Whether the write adds it, or changes what is served of it. */
  get isNew(): boolean {
    return (this.bits & NEW) !== 0;
  }

  /** False for one that was only read, and is neither stored nor wanted. */
  get exists(): boolean {
    return this.stored !== undefined || this.isWritten;
  }

  /** Whether it will be deleted after the round. */
  get isDeleted(): boolean {
    if (this.isDropped) return true;
    return this.isWritten ? (this.bits & DELETED) !== 0 : this.stored?.status === 'deleted';
  }

  /** A document of it was read; it is not written, unless `write` follows. */
  read(isWanted: boolean): void {
    this.ticket = NO_TICKET;
    this.bits = (this.bits & REFUSED) | READ | (isWanted ? WANTED : 0);
  }

  refuse(): void {
    this.bits |= REFUSED;
  }

  drop(): void {
    this.bits |= DROPPED;
  }

  write(
    ticket: number,
    what: { readonly isNew: boolean; readonly isDeleted: boolean; readonly publishedAt: Date | undefined },
  ): void {
    this.ticket = ticket;
    this.bits |= (what.isNew ? NEW : 0) | (what.isDeleted ? DELETED : 0);
    this.writtenPublishedAt = what.publishedAt?.getTime() ?? NaN;
  }

  publishedAt(now: number): number {
    if (!this.isWritten) return this.stored?.publishedAt ?? now;
    return Number.isNaN(this.writtenPublishedAt) ? now : this.writtenPublishedAt;
  }
}

/** One entry of a source during a round. */
export class EntryState {
  /** A document of it was refused whose version is unknown, so that it may be any of these. */
  keepsAll = false;
  /** A document of it is in quarantine that says nothing of its version. */
  isDoubted = false;
  latest: VersionState | undefined;
  private first: VersionState | undefined;
  private last: VersionState | undefined;
  private count = 0;
  private index: Map<string, VersionState> | undefined;

  constructor(
    readonly kind: EntryKind,
    readonly name: string,
  ) {}

  *versions(): Generator<VersionState> {
    for (let state = this.first; state !== undefined; state = state.next) yield state;
  }

  find(version: string): VersionState | undefined {
    if (this.index !== undefined) return this.index.get(version);
    let state = this.first;
    while (state !== undefined && state.version !== version) state = state.next;
    return state;
  }

  add(version: string, stored: StoredState | undefined): VersionState {
    const state = new VersionState(this, version, stored);
    if (this.last === undefined) this.first = state;
    else this.last.next = state;
    this.last = state;
    this.count += 1;
    if (this.index !== undefined) this.index.set(version, state);
    else if (this.count > FEW_VERSIONS) {
      this.index = new Map([...this.versions()].map((one) => [one.version, one]));
    }
    return state;
  }

  /** The greatest version that is not deleted gets the mark; when all are, the greatest of them keeps it. */
  chooseLatest(now: number): void {
    const all = [...this.versions()].filter(({ exists }) => exists);
    const alive = all.filter(({ isDeleted }) => !isDeleted);
    const candidates = (alive.length > 0 ? alive : all).map((state) => ({
      version: state.version,
      publishedAt: state.publishedAt(now),
      state,
    }));
    this.latest = candidates.length === 1 ? candidates[0]?.state : latestOf(candidates)?.state;
  }
}

/** Every version of one source that is stored or was read, without documents: some hundred bytes each. */
export class SourceVersions {
  /** Those that are stored and served. */
  private readonly byServedHash = new Map<string, VersionState>();
  private readonly byKind = new Map(ENTRY_KINDS.map((kind) => [kind, new Map<string, EntryState>()]));

  /** Takes in a stored version. */
  store(head: VersionHead): void {
    const state = this.entryOf(head.kind, head.name).add(head.version, new StoredState(head));
    if (!head.isDropped) this.byServedHash.set(head.servedHash, state);
  }

  /** The version of which just that is served. */
  findServed(hash: string): VersionState | undefined {
    return this.byServedHash.get(hash);
  }

  /** The version, made when it is new. */
  of({ kind, name, version }: VersionRef): VersionState {
    const entry = this.entryOf(kind, name);
    return entry.find(version) ?? entry.add(version, undefined);
  }

  find({ kind, name, version }: VersionRef): VersionState | undefined {
    return this.findEntry(kind, name)?.find(version);
  }

  findEntry(kind: EntryKind, name: string): EntryState | undefined {
    return this.byKind.get(kind)?.get(name);
  }

  *entries(): Generator<EntryState> {
    for (const entries of this.byKind.values()) yield* entries.values();
  }

  *[Symbol.iterator](): Generator<VersionState> {
    for (const entry of this.entries()) yield* entry.versions();
  }

  private entryOf(kind: EntryKind, name: string): EntryState {
    const found = this.findEntry(kind, name);
    if (found !== undefined) return found;
    const made = new EntryState(kind, name);
    this.byKind.get(kind)?.set(name, made);
    return made;
  }
}
