import { ahead } from '../common/ahead.js';
import type { CatalogChange } from '../database/catalog-change.js';
import { parseHeads } from '../database/version-heads.js';
import type { RefusedDocument } from '../model/entry.js';
import type { FetchedFile } from '../sources/source-provider.js';
import { type ReaderRules, type RoundLists, type RoundPlan, RoundReader } from './round-reader.js';
import { MemoryBatches } from './write-batches.js';

/**
 * The reading and comparing of one round, wherever it runs, in this order: all that is stored, the reading, then
 * batches as often as they are wanted.
 */
export interface RoundWork {
  /** Takes a page of heads, as the database wrote it. */
  store(heads: string): Promise<void>;
  storeRefused(refused: readonly RefusedDocument[]): Promise<void>;
  /** @throws DomainError when the source cannot be read; nothing can be asked afterwards */
  read(now: Date, onProgress: (documents: number) => void): Promise<RoundPlan>;
  batch<List extends keyof RoundLists>(list: List, index: number): Promise<readonly RoundLists[List][]>;
  close(): Promise<void>;
}

/** The work of a small round, done where it is asked for. */
export class RoundInPlace implements RoundWork {
  private readonly reader: RoundReader;

  constructor(
    rules: ReaderRules,
    private readonly files: readonly FetchedFile[],
  ) {
    this.reader = new RoundReader(rules, { writes: new MemoryBatches(), refused: new MemoryBatches() });
  }

  async store(heads: string): Promise<void> {
    this.reader.store(parseHeads(heads));
    return Promise.resolve();
  }

  async storeRefused(refused: readonly RefusedDocument[]): Promise<void> {
    this.reader.storeRefused(refused);
    return Promise.resolve();
  }

  async read(now: Date, onProgress: (documents: number) => void): Promise<RoundPlan> {
    for (const file of this.files) this.reader.read(file);
    onProgress(this.reader.documents);
    return Promise.resolve(this.reader.finish(now));
  }

  async batch<List extends keyof RoundLists>(
    list: List,
    index: number,
  ): Promise<readonly RoundLists[List][]> {
    return Promise.resolve(this.reader.batch(list, index));
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The change of a finished round, pulled from where it was planned. `onWritten` hears how many rows were taken. */
export function changeOf(work: RoundWork, plan: RoundPlan, onWritten: (rows: number) => void): CatalogChange {
  async function* pull<List extends keyof RoundLists>(
    list: List,
  ): AsyncGenerator<readonly RoundLists[List][]> {
    const batches = Array.from({ length: plan.batches[list] }, (_, index) => index);
    for await (const rows of ahead(batches, (index) => work.batch(list, index))) {
      if (rows.length === 0) continue;
      yield rows;
      onWritten(rows.length);
    }
  }
  const { writes, drops, marks } = plan.batches;
  return {
    isEmpty: writes + drops + marks === 0,
    writes: () => pull('writes'),
    drops: () => pull('drops'),
    marks: () => pull('marks'),
    refused: () => pull('refused'),
  };
}
