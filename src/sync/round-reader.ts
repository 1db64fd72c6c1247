import type { LatestMark, VersionHead, VersionWrite } from '../database/catalog-change.js';
import { DomainError } from '../common/domain-error.js';
import type { FindStored } from '../model/document-reader.js';
import type {
  RefusedDocument,
  RegistryContent,
  RegistryFormat,
  VersionDocument,
  VersionRef,
} from '../model/entry.js';
import { compileFilter, type FilterRules } from '../model/name-filter.js';
import { readRegistry } from '../model/registry-reader.js';
import type { FetchedFile } from '../sources/source-provider.js';
import { EarlierRefusals } from './earlier-refusals.js';
import {
  type FinishedPlan,
  type PlannedWrite,
  type PlanNumbers,
  type PlanSamples,
  type RoundScope,
  SyncPlanner,
} from './sync-plan.js';
import { hashOfServed } from './version-comparison.js';
import { BATCH_ROWS, type BatchStore, BatchWriter } from './write-batches.js';

/** By what a source is read; it goes to another thread as it is. */
export interface ReaderRules {
  readonly format?: RegistryFormat;
  readonly filter?: FilterRules;
  readonly scope: RoundScope;
  /** True when what is stored was read by these very rules and this release, so that it need not be checked again. */
  readonly areKept?: boolean;
}

/** The lists of a finished round. */
export interface RoundLists {
  readonly writes: VersionWrite;
  readonly drops: LatestMark;
  readonly marks: LatestMark;
  readonly refused: RefusedDocument;
}

/** What a round found, in numbers; its lists are pulled batch by batch. */
export interface RoundPlan extends PlanNumbers {
  readonly refused: number;
  readonly samples: PlanSamples & { readonly refused: readonly RefusedDocument[] };
  /** How many batches each list has. */
  readonly batches: Readonly<Record<keyof RoundLists, number>>;
}

/** Where a reader keeps what it cannot keep in memory. */
export interface ReaderStores {
  readonly writes: BatchStore<PlannedWrite>;
  readonly refused: BatchStore<RefusedDocument>;
}

/** Refused documents shown of a round; the number is complete. */
const SAMPLES = 1000;

/**
 * Reads the files of a source as one catalogue and compares them with what is stored, one after the other: first all
 * that is stored, then the files, then `finish`, then the batches. It keeps no document but those that are to be
 * written, and these in its stores.
 */
export class RoundReader {
  /** Documents read so far, refused ones included. */
  documents = 0;
  private readonly planner: SyncPlanner;
  private readonly writes: BatchWriter<PlannedWrite>;
  private readonly refused: BatchWriter<RefusedDocument>;
  private readonly earlier: EarlierRefusals;
  private readonly accepts: ReturnType<typeof compileFilter>;
  /** What cannot be read has neither tags nor a short key, so only a full name can be told to be unwanted. */
  private readonly acceptsName: ReturnType<typeof compileFilter>;
  private readonly trustsStored: boolean;
  private readonly shown: RefusedDocument[] = [];
  private refusedCount = 0;
  private plan: FinishedPlan | undefined;

  constructor(
    private readonly rules: ReaderRules,
    stores: ReaderStores,
  ) {
    this.planner = new SyncPlanner(rules.scope);
    this.writes = new BatchWriter(stores.writes);
    this.refused = new BatchWriter(stores.refused);
    this.earlier = new EarlierRefusals();
    this.accepts = compileFilter(rules.filter);
    // Tags are only known of what is read.
    this.trustsStored = rules.areKept === true && rules.filter?.tags === undefined;
    this.acceptsName = compileFilter({ names: { exclude: rules.filter?.names?.exclude } });
  }

  /** Takes in what is stored of versions. */
  store(heads: readonly VersionHead[]): void {
    for (const head of heads) this.planner.store(head);
  }

  /**
   * Takes in what is in quarantine, after what is stored. In a round of changes it stays there until something else is
   * read of it.
   */
  storeRefused(refused: readonly RefusedDocument[]): void {
    for (const document of refused) {
      this.planner.doubt(document);
      if (this.rules.scope === 'changes') this.earlier.add(document);
    }
  }

  /** @throws DomainError `invalid-source-data` when the file is no registry file; the round fails then. */
  read(file: FetchedFile): void {
    const { documents, stored, refused } = readFile(file, this.rules.format, this.storedIn(file));
    const ofProvider = file.refused ?? [];
    for (const document of [...refused, ...ofProvider]) this.refuse(document);
    for (const ref of stored) this.confirm(ref, file);
    for (const document of documents) this.compare(withClaims(document, file), file);
    this.documents += documents.length + stored.length + refused.length + ofProvider.length;
  }

  /** Ends the round; `now` stands for the time of its commit. */
  finish(now: Date): RoundPlan {
    const kept = this.earlier.unanswered((ref) => this.planner.hasRead(ref));
    for (const document of kept) this.keepRefused(document);
    this.writes.flush();
    this.refused.flush();
    this.plan = this.planner.finish(now);
    const { drops, marks, samples, ...numbers } = this.plan;
    return {
      ...numbers,
      refused: this.refusedCount,
      samples: { ...samples, refused: this.shown },
      batches: {
        // A written version that is written again leaves a batch that may be empty; that costs nothing.
        writes: numbers.added + numbers.changed === 0 ? 0 : this.writes.count,
        drops: Math.ceil(drops.length / BATCH_ROWS),
        marks: Math.ceil(marks.length / BATCH_ROWS),
        refused: this.refused.count,
      },
    };
  }

  /** One batch of a list, after `finish`. */
  batch<List extends keyof RoundLists>(list: List, index: number): readonly RoundLists[List][];
  batch(list: keyof RoundLists, index: number): readonly RoundLists[keyof RoundLists][] {
    if (list === 'writes') return this.settledWrites(index);
    if (list === 'refused') return this.refused.read(index);
    const marks = this.plan?.[list] ?? [];
    return marks.slice(index * BATCH_ROWS, (index + 1) * BATCH_ROWS);
  }

  private settledWrites(index: number): VersionWrite[] {
    return this.writes.read(index).flatMap(({ ticket, write }) => {
      const isLatest = this.planner.settle(ticket);
      return isLatest === undefined ? [] : [{ ...write, isLatest }];
    });
  }

  /** How stored versions are found again in a file. Not where the file gives them claims, which are part of them. */
  private storedIn({ claims }: FetchedFile): FindStored | undefined {
    if (!this.trustsStored || claims !== undefined) return undefined;
    return (kind, parts) => {
      const ref = this.planner.findStored(hashOfServed(parts));
      return ref?.kind === kind ? ref : undefined;
    };
  }

  private confirm(ref: VersionRef, file: FetchedFile): void {
    const isWanted = this.accepts({ ...ref, tags: [] });
    if (this.planner.confirm(ref, isWanted) === 'repeated') this.keepRefused(repeated(ref, file));
  }

  private compare(document: VersionDocument, file: FetchedFile): void {
    const isWanted = this.accepts({ ...document, tags: document.facets.tags });
    const planned = this.planner.read(document, isWanted);
    if (planned === 'repeated') this.keepRefused(repeated(document, file));
    else if (planned !== 'settled') {
      const { document: text, original = '', envelopeMeta = '' } = document;
      this.writes.add(planned, text.length + original.length + envelopeMeta.length);
    }
  }

  private refuse(document: RefusedDocument): void {
    const { kind, name = '' } = document;
    if (this.acceptsName({ kind, name, tags: [] })) this.planner.refuse(document);
    this.earlier.answer(document);
    this.keepRefused(document);
  }

  private keepRefused(document: RefusedDocument): void {
    this.refusedCount += 1;
    if (this.shown.length < SAMPLES) this.shown.push(document);
    this.refused.add(document, JSON.stringify(document.problems).length);
  }
}

function readFile(
  file: FetchedFile,
  format: RegistryFormat | undefined,
  findStored: FindStored | undefined,
): RegistryContent {
  try {
    return readRegistry(file.text, {
      ...(format !== undefined && { format }),
      ...(findStored !== undefined && { findStored }),
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${file.origin}: ${error.message}`, {
      problems: error.problems,
      cause: error,
    });
  }
}

function withClaims(document: VersionDocument, { claims }: FetchedFile): VersionDocument {
  if (claims === undefined) return document;
  return { ...document, claims: JSON.stringify(claims.get(document.name) ?? {}) };
}

function repeated({ kind, name, version }: VersionRef, file: FetchedFile): RefusedDocument {
  const reason = `is in an earlier file already (again in ${file.origin})`;
  return { kind, name, version, pointer: '', problems: [{ pointer: '', reason }] };
}
