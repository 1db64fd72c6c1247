import { z } from 'zod';
import type { CatalogEntry, CatalogVersion } from '../catalog/catalog-entry.js';
import type { SourceShelf } from '../catalog/snapshot.js';
import type { VisibilitySet } from '../model/claims.js';
import { ENTRY_KINDS } from '../model/entry.js';
import { compareVersionKeys, versionKey } from '../model/version-order.js';
import { compareEntries, entriesInOrder } from './entry-order.js';
import { entryType } from './entry-type.js';
import { ListCursor } from './list-cursor.js';
import { type ListPage, pageOf } from './list-page.js';
import type { PageParameters } from './list-parameters.js';

/** A page of entries with all their versions ends early behind this many versions. */
const MAX_VERSIONS = 2000;

const entryPosition = z.object({ name: z.string(), kind: z.enum(ENTRY_KINDS) });
const versionPosition = entryPosition.extend({
  source: z.string(),
  version: z.string(),
  /** Milliseconds since 1970, which order versions that are not semantic ones. */
  publishedAt: z.int(),
});

const SOURCE_CURSOR = new ListCursor('source-entries', entryPosition);
const REGISTRY_CURSOR = new ListCursor('registry-entries', versionPosition);

/** One page of what a source holds: its entries with their versions, deleted ones left out. */
export function sourceEntries(
  shelf: SourceShelf,
  visibility: VisibilitySet,
  { limit, cursor }: PageParameters,
): ListPage<object> {
  const after = SOURCE_CURSOR.read(cursor);
  const found: CatalogEntry[] = [];
  let versions = 0;
  for (const [entry] of entriesInOrder([shelf], after)) {
    if (entry === undefined || !visibility.sees(entry.claims, entry.source) || aliveOf(entry).length === 0)
      continue;
    if (after !== undefined && compareEntries(entry, after) <= 0) continue;
    const last = found.at(-1);
    if (last !== undefined && (found.length === limit || versions >= MAX_VERSIONS)) {
      const nextCursor = SOURCE_CURSOR.write({ name: last.name, kind: last.kind });
      return { items: found.map(shownEntry), nextCursor };
    }
    found.push(entry);
    versions += aliveOf(entry).length;
  }
  return { items: found.map(shownEntry) };
}

/**
 * One page of what the sources of a registry hold, version by version and before precedence: what a source higher up
 * hides is there too. `sources` are in the order of the registry.
 */
export function registryEntries(
  sources: readonly { readonly name: string; readonly shelf: SourceShelf }[],
  visibility: VisibilitySet,
  { limit, cursor }: PageParameters,
): ListPage<object> {
  const after = REGISTRY_CURSOR.read(cursor);
  const positions = new Map(sources.map(({ name }, index) => [name, index]));
  const placeOf = (source: string) => positions.get(source) ?? -1;
  const compare = (a: CatalogVersion, b: Pick<CatalogVersion, 'order' | 'source'>) =>
    compareVersionKeys(a.order, b.order) || placeOf(a.source) - placeOf(b.source);
  const last = after && { ...after, order: versionKey(after) };
  const found: CatalogVersion[] = [];
  for (const group of entriesInOrder(
    sources.map(({ shelf }) => shelf),
    after,
  )) {
    if (found.length > limit) break;
    const visible = group.filter(({ claims, source }) => visibility.sees(claims, source));
    const versions = visible.flatMap(aliveOf).sort(compare);
    const [first] = group;
    const isCursors = last !== undefined && first !== undefined && compareEntries(first, last) === 0;
    found.push(...(isCursors ? versions.filter((version) => compare(version, last) > 0) : versions));
  }
  const page = pageOf(found, limit, ({ name, kind, source, version, publishedAt }) =>
    REGISTRY_CURSOR.write({ name, kind, source, version, publishedAt }),
  );
  return { ...page, items: page.items.map((version) => shownPlace(version, placeOf(version.source))) };
}

function aliveOf({ versions }: CatalogEntry): CatalogVersion[] {
  return versions.filter(({ status }) => status !== 'deleted');
}

function shownEntry(entry: CatalogEntry): object {
  return {
    entryType: entryType(entry.kind),
    name: entry.name,
    ...(entry.claims !== undefined && { claims: entry.claims }),
    versions: aliveOf(entry).map(shownVersion),
  };
}

function shownPlace(version: CatalogVersion, position: number): object {
  return {
    entryType: entryType(version.kind),
    name: version.name,
    ...shownVersion(version),
    sourceName: version.source,
    position,
  };
}

function shownVersion({ version, title, document, publishedAt, updatedAt }: CatalogVersion): object {
  // Read from the document when somebody looks: kept for every version it would cost memory that no client needs.
  const { description } = JSON.parse(document.toString()) as { description?: unknown };
  return {
    version,
    ...(title !== null && { title }),
    ...(typeof description === 'string' && { description }),
    createdAt: new Date(publishedAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
