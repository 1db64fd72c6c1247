import type { SourceConfig } from '../config/registry-config.js';
import type { Claims } from '../model/claims.js';
import type { RefusedDocument } from '../model/entry.js';

/** What a kind of source can do; the scheduler decides by it, and documentation names it. */
export interface ProviderAbilities {
  /** Tells of changes by itself, between rounds. */
  readonly watchable: boolean;
  /** Can fetch only what changed since a revision. */
  readonly incremental: boolean;
  /** Can tell that nothing changed without fetching the data. */
  readonly cheapCheck: boolean;
}

/** One file of a source, decoded. */
export interface FetchedFile {
  /** Where it came from, for messages: a path, a URL, `inline`. */
  readonly origin: string;
  readonly text: string;
  /**
   * Claims of the servers in it, by name, from a provider that can be trusted to say who may see them: one that is not
   * named has none of its own. Absent: the file says nothing about claims.
   */
  readonly claims?: ReadonlyMap<string, Claims>;
  /** What the provider itself had to refuse, so that it is in no text. */
  readonly refused?: readonly RefusedDocument[];
}

/** Names what was fetched, and its size in bytes. */
export interface FetchSummary {
  readonly revision: string;
  readonly bytes: number;
}

/** Nothing new. */
export interface FetchedNothing {
  readonly changed: false;
  readonly revision: string;
}

/** The data, all of it at hand. */
export interface FetchedFiles extends FetchSummary {
  readonly changed: true;
  readonly files: readonly FetchedFile[];
}

/** Data that arrives while it is read, so that it is never held as a whole. Reading it may fail as `fetch` may. */
export interface FetchedStream {
  /**
   * `changes`: only what changed since the known revision; what is not in it stays as it is, and what left the source
   * is there with the status `deleted`. Absent: everything.
   */
  readonly scope?: 'everything' | 'changes';
  /** Whether it is new shows in its revision, after the last file. */
  readonly changed: 'unknown';
  /** To be read once. */
  readonly files: AsyncIterable<FetchedFile>;
  /** @throws Error before all files were read */
  summary(): FetchSummary;
}

/** What a fetch brings. */
export type Fetched = FetchedNothing | FetchedFiles | FetchedStream;

export interface FetchContext {
  /** Ends the fetch at shutdown or at the round's time limit. */
  readonly signal: AbortSignal;
  /** Revision of the data that is stored; the same one may be answered with `changed: false`. */
  readonly knownRevision?: string;
}

/**
 * Fetches one kind of source and names what it fetched. It knows no database, no schedule and no HTTP server,
 * writes nothing outside its own scratch directory and leaves nothing there.
 */
export interface SourceProvider<Kind extends SourceConfig['kind'] = SourceConfig['kind']> {
  readonly kind: Kind;
  readonly abilities: ProviderAbilities;
  /**
   * @throws DomainError `source-unavailable`, an `upstream-…` code, `time-limit-exceeded`, `limit-exceeded`,
   * `invalid-source-data`, `invalid-configuration`, `aborted`
   */
  fetch(source: SourceConfig & { readonly kind: Kind }, context: FetchContext): Promise<Fetched>;
  /**
   * Calls `onChange` soon after the source may have changed, and never more than a few times a second. Undefined when
   * this source cannot be watched; a watch that stops working says so once in the log, and rounds go on by interval.
   */
  watch?(source: SourceConfig & { readonly kind: Kind }, onChange: () => void): SourceWatch | undefined;
}

/** A watch on a source that lasts until it is closed; `onChange` is not called afterwards. */
export interface SourceWatch {
  close(): void;
}

/** Injection token of the providers: a map from kind to provider. */
export const SOURCE_PROVIDERS = Symbol('SOURCE_PROVIDERS');

export type SourceProviders = ReadonlyMap<SourceConfig['kind'], SourceProvider>;
