import type { VersionHead, VersionRef } from '../database/catalog-change.js';
import type { EntryKind, EntryStatus } from '../model/entry.js';
import { latestOf } from '../model/version-order.js';
import type { ComparedHead } from './version-comparison.js';

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
    this.status = head.status;
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

/** What happens to a version: nothing when absent. */
export interface VersionWriting {
  /** Number of the write; a later one of the same version takes its place. */
  readonly ticket: number;
  readonly isNew: boolean;
  readonly deleted: boolean;
  /** Milliseconds since 1970; absent: the time of the commit. */
  readonly publishedAt: number | undefined;
}

/** One version of a source during a round. */
export class VersionState {
  /** A document of it was read in this round. */
  isRead = false;
  /** …and passes the filter. */
  isWanted = false;
  /** A document of it was refused in this round. */
  isRefused = false;
  isDropped = false;
  writing: VersionWriting | undefined;

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

  /** False for one that was only read, and is neither stored nor wanted. */
  get exists(): boolean {
    return this.stored !== undefined || this.writing !== undefined;
  }

  /** Whether it will be deleted after the round. */
  get isDeleted(): boolean {
    if (this.isDropped) return true;
    return this.writing === undefined ? this.stored?.status === 'deleted' : this.writing.deleted;
  }

  publishedAt(now: number): number {
    return this.writing === undefined ? (this.stored?.publishedAt ?? now) : (this.writing.publishedAt ?? now);
  }
}

/** One entry of a source during a round. */
export class EntryState {
  readonly versions: VersionState[] = [];
  /** A document of it was refused whose version is unknown, so that it may be any of these. */
  keepsAll = false;
  latest: VersionState | undefined;

  constructor(
    readonly number: number,
    readonly kind: EntryKind,
    readonly name: string,
  ) {}

  wasAlive(): boolean {
    return this.versions.some(({ stored }) => stored !== undefined && stored.status !== 'deleted');
  }

  isAlive(): boolean {
    return this.versions.some((version) => version.exists && !version.isDeleted);
  }

  /** The greatest version that is not deleted gets the mark; when all are, the greatest of them keeps it. */
  chooseLatest(now: number): void {
    const all = this.versions.filter(({ exists }) => exists);
    const alive = all.filter(({ isDeleted }) => !isDeleted);
    const candidates = (alive.length > 0 ? alive : all).map((state) => ({
      version: state.version,
      publishedAt: state.publishedAt(now),
      state,
    }));
    this.latest = latestOf(candidates)?.state;
  }
}

/** Every version of one source that is stored or was read, without documents: about 400 bytes each. */
export class SourceVersions {
  private readonly byEntry = new Map<string, EntryState>();
  private readonly byVersion = new Map<string, VersionState>();

  /** Takes in a stored version. */
  store(head: VersionHead): void {
    const entry = this.entryOf(head.kind, head.name);
    this.put(new VersionState(entry, head.version, new StoredState(head)));
  }

  /** The version, made when it is new. */
  of({ kind, name, version }: VersionRef): VersionState {
    const entry = this.entryOf(kind, name);
    return this.byVersion.get(keyOf(entry, version)) ?? this.put(new VersionState(entry, version, undefined));
  }

  find({ kind, name, version }: VersionRef): VersionState | undefined {
    const entry = this.findEntry(kind, name);
    return entry && this.byVersion.get(keyOf(entry, version));
  }

  findEntry(kind: EntryKind, name: string): EntryState | undefined {
    return this.byEntry.get(`${kind} ${name}`);
  }

  entries(): IterableIterator<EntryState> {
    return this.byEntry.values();
  }

  *[Symbol.iterator](): Generator<VersionState> {
    for (const entry of this.byEntry.values()) yield* entry.versions;
  }

  private entryOf(kind: EntryKind, name: string): EntryState {
    const found = this.findEntry(kind, name);
    if (found !== undefined) return found;
    const made = new EntryState(this.byEntry.size, kind, name);
    this.byEntry.set(`${kind} ${name}`, made);
    return made;
  }

  private put(state: VersionState): VersionState {
    state.entry.versions.push(state);
    this.byVersion.set(keyOf(state.entry, state.version), state);
    return state;
  }
}

function keyOf(entry: EntryState, version: string): string {
  return `${entry.number} ${version}`;
}
