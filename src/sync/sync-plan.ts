import { createHash } from 'node:crypto';
import type {
  CatalogChange,
  LatestMark,
  VersionHead,
  VersionRef,
  VersionWrite,
} from '../database/catalog-change.js';
import type { EntryKind, RefusedDocument, VersionDocument } from '../model/entry.js';
import { latestOf } from '../model/version-order.js';

/** A change with what it amounts to. */
export interface SyncPlan extends CatalogChange {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Entries that had a version that is not deleted, before the change, and those of them that lose their last. */
  readonly entriesBefore: number;
  readonly entriesLost: number;
  /** Entries of each kind with a version that is not deleted, after the change. */
  readonly counts: Readonly<Record<EntryKind, number>>;
}

/** Entries that a source may lose in one round whatever its size. */
const REMOVALS_ALWAYS_ALLOWED = 9;

/** True when a source would lose at least ten entries and more than half: rather an accident than a decision. */
export function isMassRemoval({ entriesBefore, entriesLost }: SyncPlan): boolean {
  return entriesLost > REMOVALS_ALWAYS_ALLOWED && entriesLost > entriesBefore / 2;
}

/**
 * Compares what is stored of a source with what it holds now. Pure: the same arguments give the same plan. `now`
 * stands for the time of the commit that is to come, where a document says nothing of its publication.
 * A version that was refused this time stays as it is until the source drops it, so that a bad file never
 * promotes a source of lower precedence.
 */
export function planSync(
  stored: readonly VersionHead[],
  desired: readonly VersionDocument[],
  refused: readonly RefusedDocument[],
  now: Date = new Date(),
): SyncPlan {
  const heads = new Map(stored.map((head) => [keyOf(head), head]));
  const kept = new Set(desired.map(keyOf));
  const keptEntries = new Set<string>();
  for (const document of refused) {
    kept.add(keyOf(document));
    // Which version it would have been is unknown, so it may be any of its entry's.
    if (document.name !== undefined && document.version === undefined) {
      keptEntries.add(`${document.kind} ${document.name}`);
    }
  }
  const writes: VersionWrite[] = [];
  for (const document of desired) {
    const head = heads.get(keyOf(document));
    const write = planWrite(head, document);
    if (write !== undefined) writes.push(write);
  }
  const drops = stored.filter(
    (head) => !head.isDropped && !kept.has(keyOf(head)) && !keptEntries.has(entryKey(head)),
  );
  const entries = new EntryStates(stored, writes, drops, now);
  const added = writes.filter(({ isNew }) => isNew).length;
  return {
    writes: writes.map((write) => ({ ...write, isLatest: entries.isLatest(write.document) })),
    drops: drops.map((head) => ({ ...refOf(head), isLatest: entries.isLatest(head) })),
    marks: entries.movedMarks(),
    added,
    changed: writes.length - added,
    removed: drops.length,
    unchanged: desired.length - writes.length,
    ...entries.losses(stored),
    counts: entries.counts(),
  };
}

function planWrite(head: VersionHead | undefined, document: VersionDocument): VersionWrite | undefined {
  const contentHash = sha256(document.document);
  const servedHash = hashOfServed(document);
  const isNew = head === undefined || head.isDropped;
  const write = { document, isNew, contentHash, servedHash, isLatest: false };
  if (head === undefined) {
    const publishedAt = document.publishedAt;
    const statusChangedAt = document.statusChangedAt ?? publishedAt;
    return { ...write, ...(publishedAt && { publishedAt }), ...(statusChangedAt && { statusChangedAt }) };
  }
  if (head.servedHash === servedHash && !head.isDropped) return undefined;
  const sameStatus = head.status === document.status;
  const sameText =
    head.contentHash === contentHash && head.statusMessage === (document.statusMessage ?? null);
  const statusChangedAt = document.statusChangedAt ?? (sameStatus ? head.statusChangedAt : undefined);
  return {
    ...write,
    publishedAt: document.publishedAt ?? head.publishedAt,
    ...(statusChangedAt && { statusChangedAt }),
    ...(sameStatus && sameText && !head.isDropped && { updatedAt: head.updatedAt }),
  };
}

interface VersionState extends VersionRef {
  readonly publishedAt?: Date;
  readonly deleted: boolean;
  /** What is stored about it now; undefined for a new one. */
  readonly wasLatest?: boolean;
  readonly rewritten: boolean;
}

/** The versions of every entry as they will be after the change, and which of them is the latest. */
class EntryStates {
  private readonly entries = new Map<string, Map<string, VersionState>>();
  private readonly latest = new Map<string, string | undefined>();

  constructor(
    stored: readonly VersionHead[],
    writes: readonly VersionWrite[],
    drops: readonly VersionHead[],
    now: Date,
  ) {
    for (const head of stored) {
      this.put({ ...head, deleted: head.status === 'deleted', wasLatest: head.isLatest, rewritten: false });
    }
    for (const head of drops) this.put({ ...head, deleted: true, wasLatest: head.isLatest, rewritten: true });
    for (const { document, publishedAt } of writes) {
      const deleted = document.status === 'deleted';
      this.put({ ...refOf(document), deleted, rewritten: true, publishedAt: publishedAt ?? now });
    }
  }

  isLatest(ref: VersionRef): boolean {
    return this.latestVersion(entryKey(ref)) === ref.version;
  }

  /** Versions that are neither written nor dropped, and whose mark changes. */
  movedMarks(): LatestMark[] {
    const moved: LatestMark[] = [];
    for (const versions of this.entries.values()) {
      for (const state of versions.values()) {
        const isLatest = this.isLatest(state);
        if (!state.rewritten && state.wasLatest !== isLatest) moved.push({ ...refOf(state), isLatest });
      }
    }
    return moved;
  }

  losses(stored: readonly VersionHead[]): { entriesBefore: number; entriesLost: number } {
    const before = new Set(stored.filter(({ status }) => status !== 'deleted').map(entryKey));
    const lost = [...before].filter((key) => this.isGone(key));
    return { entriesBefore: before.size, entriesLost: lost.length };
  }

  counts(): Record<EntryKind, number> {
    const counts = { server: 0, skill: 0, plugin: 0 };
    for (const versions of this.entries.values()) {
      const alive = [...versions.values()].find((state) => !state.deleted);
      if (alive !== undefined) counts[alive.kind] += 1;
    }
    return counts;
  }

  private isGone(key: string): boolean {
    return [...(this.entries.get(key)?.values() ?? [])].every((state) => state.deleted);
  }

  private put(state: VersionState): void {
    const key = entryKey(state);
    const versions = this.entries.get(key) ?? new Map<string, VersionState>();
    versions.set(state.version, state);
    this.entries.set(key, versions);
  }

  /** The greatest version that is not deleted; when all are, the greatest of them keeps the mark. */
  private latestVersion(key: string): string | undefined {
    if (!this.latest.has(key)) {
      const all = [...(this.entries.get(key)?.values() ?? [])];
      const alive = all.filter((state) => !state.deleted);
      this.latest.set(key, latestOf(alive.length > 0 ? alive : all)?.version);
    }
    return this.latest.get(key);
  }
}

function entryKey({ kind, name }: VersionRef): string {
  return `${kind} ${name}`;
}

function keyOf(ref: { kind: EntryKind; name?: string; version?: string }): string {
  return JSON.stringify([ref.kind, ref.name, ref.version]);
}

function refOf({ kind, name, version }: VersionRef): VersionRef {
  return { kind, name, version };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function hashOfServed(document: VersionDocument): string {
  const { status, statusMessage, publishedAt, statusChangedAt, envelopeMeta, original, sourceKey } = document;
  const rest = [status, statusMessage, publishedAt, statusChangedAt, envelopeMeta, original, sourceKey];
  return sha256(`${JSON.stringify(rest)}${document.document}`);
}
