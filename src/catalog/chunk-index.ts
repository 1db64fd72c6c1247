import { addBit, type BitSet, bitsOf, wordsFor } from './bit-set.js';
import { type CatalogEntry, type CatalogVersion, latestVersion } from './catalog-entry.js';
import { nameInHaystack, titleInHaystack } from '../model/search-words.js';
import { SearchSignature } from './search-signature.js';

/** By which a list can be narrowed to those that have a value. */
const FACETS = ['tags', 'registryTypes', 'transports', 'version', 'status'] as const;
export type Facet = (typeof FACETS)[number];

/** Rows for runs of characters in all that is searched, and in names and titles, which are short. */
const WORD_ROWS = 2048;
const NAME_ROWS = 256;
const TITLE_ROWS = 256;

type Postings = ReadonlyMap<string, readonly number[]>;

/**
 * What finds versions among those of one chunk without looking at each. Every part is made when it is first asked
 * for, and lives as long as the chunk: no change of the catalogue ever touches one.
 */
export class ChunkIndex {
  private readonly postings = new Map<Facet, Postings>();
  private latestSet: BitSet | undefined;
  private aliveSet: BitSet | undefined;
  private latestFirst: Uint32Array | undefined;
  private newest: number | undefined;
  private words: SearchSignature | undefined;
  private names: SearchSignature | undefined;
  private titles: SearchSignature | undefined;

  constructor(
    private readonly entries: readonly CatalogEntry[],
    private readonly versions: readonly CatalogVersion[],
  ) {}

  /** For each entry its greatest version that is not deleted, or the greatest when all are. */
  get latest(): BitSet {
    this.latestSet ??= selectVersions(
      this.entries,
      (version, entry) => latestVersion(entry, true) === version,
    );
    return this.latestSet;
  }

  /** Versions that are not deleted. */
  get alive(): BitSet {
    this.aliveSet ??= selectVersions(this.entries, ({ status }) => status !== 'deleted');
    return this.aliveSet;
  }

  /** Positions, the latest change first; those of the same time in the order of the list. */
  get byUpdate(): Uint32Array {
    this.latestFirst ??= Uint32Array.from(this.versions.keys()).sort(
      (a, b) => this.updatedAt(b) - this.updatedAt(a) || a - b,
    );
    return this.latestFirst;
  }

  /** When something here changed last, in milliseconds since 1970. */
  get maxUpdatedAt(): number {
    this.newest ??= this.versions.reduce((newest, { updatedAt }) => Math.max(newest, updatedAt), 0);
    return this.newest;
  }

  /** What can hold a word; undefined until `prepare` has ended. */
  get search(): SearchSignature | undefined {
    return this.words;
  }

  /** What can hold a word in its name, as `nameInHaystack` has it; undefined until `prepare` has come to it. */
  get searchNames(): SearchSignature | undefined {
    return this.names;
  }

  /** What can hold a word in its title; undefined until `prepare` has come to it. */
  get searchTitles(): SearchSignature | undefined {
    return this.titles;
  }

  /** Makes everything, in steps of a millisecond or two between which others may have their turn. */
  *prepare(): Generator<void, void> {
    for (const facet of FACETS) this.postingsOf(facet);
    // Asking for them makes them.
    void [this.latest, this.alive, this.byUpdate, this.maxUpdatedAt];
    const texts = this.versions.map(({ haystack }) => haystack);
    yield;
    this.names = yield* SearchSignature.of(texts.map(nameInHaystack), NAME_ROWS);
    this.titles = yield* SearchSignature.of(texts.map(titleInHaystack), TITLE_ROWS);
    yield;
    // The last one: by this it is known that all are there.
    this.words = yield* SearchSignature.of(texts, WORD_ROWS);
  }

  /** Versions that have `value`; undefined when none has. */
  withValue(facet: Facet, value: string): BitSet | undefined {
    const positions = this.postingsOf(facet).get(value);
    return positions && bitsOf(positions, this.versions.length);
  }

  private postingsOf(facet: Facet): Postings {
    const known = this.postings.get(facet);
    if (known !== undefined) return known;
    const made = new Map<string, number[]>();
    for (const [position, version] of this.versions.entries()) {
      const values = version[facet];
      for (const value of typeof values === 'string' ? [values] : values) {
        const positions = made.get(value);
        if (positions === undefined) made.set(value, [position]);
        else positions.push(position);
      }
    }
    this.postings.set(facet, made);
    return made;
  }

  private updatedAt(position: number): number {
    return this.versions[position]?.updatedAt ?? 0;
  }
}

/** The positions of the versions, all of the entries in order, that pass `test`. */
export function selectVersions(
  entries: readonly CatalogEntry[],
  test: (version: CatalogVersion, entry: CatalogEntry) => boolean,
): BitSet {
  const bits = new Uint32Array(wordsFor(entries.reduce((sum, { versions }) => sum + versions.length, 0)));
  let position = 0;
  for (const entry of entries) {
    for (const version of entry.versions) {
      if (test(version, entry)) addBit(bits, position);
      position += 1;
    }
  }
  return bits;
}
