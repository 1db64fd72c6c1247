import type { CursorPosition } from '../model/cursor.js';
import { type VersionKey, versionKey } from '../model/version-order.js';
import { nextBit } from './bit-set.js';
import { type CatalogVersion, compareListed } from './catalog-entry.js';
import type { EntryChunk } from './entry-chunk.js';
import type { ListSelection } from './list-selection.js';
import type { Shelf } from './shelf.js';

/** Where a list goes on: behind a version that need not be there any more. */
export interface ListPosition extends CursorPosition {
  readonly order: VersionKey;
}

/** The position of a cursor, its version read once. */
export function listPosition(after: CursorPosition): ListPosition {
  return { ...after, order: versionKey(after) };
}

/** What is selected of several shelves, in the order of names, behind a position. The shelves share no shown name. */
export function* byName(
  shelves: readonly Shelf[],
  selection: ListSelection,
  after: ListPosition | undefined,
): Generator<CatalogVersion> {
  const [first, ...others] = shelves.map((shelf) => ofShelf(shelf, selection, after));
  if (first === undefined) return;
  if (others.length === 0) yield* first;
  else yield* interleaved([first, ...others]);
}

function* interleaved(streams: readonly Generator<CatalogVersion>[]): Generator<CatalogVersion> {
  const heads = streams.map((stream) => stream.next());
  for (;;) {
    let least = -1;
    let version: CatalogVersion | undefined;
    for (const [place, { done, value }] of heads.entries()) {
      if (done === true || (version !== undefined && compareListed(value, version) >= 0)) continue;
      least = place;
      version = value;
    }
    const stream = streams[least];
    if (version === undefined || stream === undefined) return;
    yield version;
    heads[least] = stream.next();
  }
}

function* ofShelf(
  shelf: Shelf,
  selection: ListSelection,
  after: ListPosition | undefined,
): Generator<CatalogVersion> {
  const first = after === undefined ? 0 : Math.max(shelf.indexOf(after.name), 0);
  for (let at = first; at < shelf.chunks.length; at += 1) {
    const chunk = shelf.chunks[at];
    const candidates = chunk && selection.candidates(chunk);
    if (chunk === undefined || candidates === undefined) continue;
    const from = at === first && after !== undefined ? firstBehind(chunk, after) : 0;
    for (let next = nextBit(candidates, from); next !== -1; next = nextBit(candidates, next + 1)) {
      const version = chunk.versions[next];
      if (version !== undefined && selection.shows(chunk, version)) yield version;
    }
  }
}

/** The first position in a chunk that is behind another in the order of names; as many as it has, when none is. */
export function firstBehind(chunk: EntryChunk, after: Pick<ListPosition, 'name' | 'order'>): number {
  const { versions } = chunk;
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const version = versions[middle];
    if (version !== undefined && compareListed(version, after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
