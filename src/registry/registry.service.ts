import { Injectable } from '@nestjs/common';
import { type CatalogEntry, type CatalogVersion, isAlive, latestVersion } from '../catalog/catalog-entry.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { cutPage } from '../catalog/page.js';
import type { RegistryView } from '../catalog/registry-view.js';
import { DomainError } from '../common/domain-error.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import type { VisibilitySet } from '../model/claims.js';
import { encodeCursor } from '../model/cursor.js';
import type { EntryKind } from '../model/entry.js';
import { listBody } from './list-body.js';
import { type ListRequest, resolveListRequest } from './list-query.js';
import { PageCache } from './page-cache.js';

/** Whose entries are asked for: a registry (absent: the default one) as one visibility set sees it. */
export interface Reader {
  readonly registry: string | undefined;
  readonly visibility: VisibilitySet;
}

/** Answers the read routes from memory, with ready bytes. */
@Injectable()
export class RegistryService {
  private readonly cache = new PageCache();
  /** Numbers of views: a view ends with its revision, and its replies leave the cache as others come. */
  private readonly numbers = new WeakMap<RegistryView, number>();
  private lastNumber = 0;

  constructor(private readonly catalog: CatalogService) {}

  /** One page of a kind. @throws DomainError `invalid-cursor`, `not-found`, `registry-unavailable` */
  list(reader: Reader, kind: EntryKind, request: ListRequest): ReplyBytes {
    const view = this.view(reader);
    const plan = resolveListRequest(request);
    return this.cache.get(`${this.numberOf(view)} list ${kind} ${JSON.stringify(plan)}`, () => {
      const { versions, next } = cutPage(view.kind(kind), plan);
      const cursor = next && encodeCursor({ sort: plan.sort, filters: plan.filters, after: next });
      return new ReplyBytes(listBody(kind, itemsOf(versions), cursor));
    });
  }

  /** All versions of an entry, newest first. @throws DomainError `not-found`, `registry-unavailable` */
  versions(reader: Reader, kind: EntryKind, name: string, includeDeleted: boolean): ReplyBytes {
    const view = this.view(reader);
    const entry = findEntry(view, kind, name, includeDeleted);
    return this.cache.get(`${this.numberOf(view)} versions ${kind} ${String(includeDeleted)} ${name}`, () => {
      const shown = entry.versions.filter(({ status }) => includeDeleted || status !== 'deleted');
      return new ReplyBytes(listBody(kind, itemsOf(shown.toReversed()), undefined));
    });
  }

  /** One version, or the latest. @throws DomainError `not-found`, `registry-unavailable` */
  version(
    reader: Reader,
    kind: EntryKind,
    name: string,
    version: string,
    includeDeleted: boolean,
  ): ReplyBytes {
    const view = this.view(reader);
    const found = findVersion(findEntry(view, kind, name, includeDeleted), version, includeDeleted);
    if (found === undefined) throw versionNotFound(kind, name, version);
    return this.cache.get(
      `${this.numberOf(view)} version ${kind} ${found.version} ${name}`,
      () => new ReplyBytes(found.item),
    );
  }

  private view({ registry, visibility }: Reader): RegistryView {
    return this.catalog.view(registry, visibility);
  }

  private numberOf(view: RegistryView): number {
    const known = this.numbers.get(view);
    if (known !== undefined) return known;
    this.lastNumber += 1;
    this.numbers.set(view, this.lastNumber);
    return this.lastNumber;
  }
}

function itemsOf(versions: readonly CatalogVersion[]): Buffer[] {
  return versions.map(({ item }) => item);
}

function findEntry(view: RegistryView, kind: EntryKind, name: string, includeDeleted: boolean): CatalogEntry {
  const entry = view.kind(kind).entries.get(name);
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
