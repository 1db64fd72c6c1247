import { Injectable } from '@nestjs/common';
import { type CatalogEntry, type CatalogVersion, isAlive, latestVersion } from '../catalog/catalog-entry.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { cutPage } from '../catalog/page.js';
import type { RegistryView } from '../catalog/registry-view.js';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { RecentCache } from '../common/recent-cache.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { encodeCursor } from '../model/cursor.js';
import type { EntryKind } from '../model/entry.js';
import { listReply } from './list-reply.js';
import type { ReadRequest } from './read-request.js';
import type { Reader } from './reader.js';

/** Replies kept, and the bytes they may take together with their compressed forms. */
const REPLIES = { values: 4_096, weight: 32 * 1024 * 1024 };

/** A ready reply, and the view it was made of: it ends with that view. */
interface KnownReply {
  readonly view: number;
  readonly reply: ReplyBytes;
}

/** Answers the read routes from memory, with ready bytes. */
@Injectable()
export class RegistryService {
  private readonly replies = new RecentCache<KnownReply>(REPLIES, weightOf);

  constructor(private readonly catalog: CatalogService) {}

  /** A number that is another one whenever something else may be answered than before. */
  get edition(): number {
    return this.catalog.edition;
  }

  /** The bytes of what is read. @throws DomainError `not-found`, `registry-unavailable` */
  answer(reader: Reader, read: ReadRequest): ReplyBytes {
    const view = this.catalog.view(reader.registry, reader.visibility);
    const key = `${reader.visibility.key} ${reader.registry ?? ''} ${read.key}`;
    const known = this.replies.get(key);
    if (known?.view === view.id) return known.reply;
    const reply = makeReply(view, read);
    this.replies.set(key, { view: view.id, reply });
    return reply;
  }

  /** The same, or undefined where `answer` throws. */
  known(reader: Reader, read: ReadRequest): ReplyBytes | undefined {
    try {
      return this.answer(reader, read);
    } catch (error) {
      if (isDomainError(error)) return undefined;
      throw error;
    }
  }
}

function weightOf(key: string, { reply }: KnownReply): number {
  return reply.weight + key.length + 512;
}

function makeReply(view: RegistryView, read: ReadRequest): ReplyBytes {
  const { kind } = read;
  if (read.route === 'list') {
    const { sort, filters } = read.plan;
    const { versions, next } = cutPage(view.kind(kind), read.plan);
    return listReply(kind, versions, next && encodeCursor({ sort, filters, after: next }));
  }
  const entry = findEntry(view, kind, read.name, read.includeDeleted);
  if (read.route === 'versions') {
    const shown = entry.versions.filter(({ status }) => read.includeDeleted || status !== 'deleted');
    return listReply(kind, shown.toReversed());
  }
  const found = findVersion(entry, read.version, read.includeDeleted);
  if (found === undefined) throw versionNotFound(kind, read.name, read.version);
  return new ReplyBytes(found.item, { tag: found.tag });
}

function findEntry(view: RegistryView, kind: EntryKind, name: string, includeDeleted: boolean): CatalogEntry {
  const entry = view.kind(kind).entry(name);
  if (entry !== undefined && (includeDeleted || isAlive(entry))) return entry;
  const what = kind[0]?.toUpperCase() + kind.slice(1);
  throw new DomainError('not-found', `${what} not found: ${name}`);
}

function findVersion(
  entry: CatalogEntry,
  version: string,
  includeDeleted: boolean,
): CatalogVersion | undefined {
  if (version === 'latest') return latestVersion(entry, includeDeleted);
  const found = entry.versions.find((candidate) => candidate.version === version);
  return found?.status === 'deleted' && !includeDeleted ? undefined : found;
}

function versionNotFound(kind: EntryKind, name: string, version: string): DomainError {
  return new DomainError('not-found', `No version ${version} of ${kind} ${name}`);
}
