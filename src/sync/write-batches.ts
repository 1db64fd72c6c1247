import { deserialize, serialize } from 'node:v8';
import type { ScratchPiece, ThreadScratch } from './round-scratch.js';

/** Rows that one statement takes; readers wait for as long as it takes to send them. */
export const BATCH_ROWS = 250;
/** Characters of documents sent with one statement; it bounds what driver and engine hold twice. */
const BATCH_CHARACTERS = 500_000;

/** Keeps batches, by their number. */
export interface BatchStore<Row> {
  add(rows: readonly Row[]): void;
  read(index: number): readonly Row[];
}

/** Gathers rows into batches that one statement can take. */
export class BatchWriter<Row> {
  /** Batches so far. */
  count = 0;
  private rows: Row[] = [];
  private characters = 0;

  constructor(private readonly store: BatchStore<Row>) {}

  /** `characters`: how long the texts of the row are together. */
  add(row: Row, characters: number): void {
    const isFull = this.rows.length >= BATCH_ROWS || this.characters + characters > BATCH_CHARACTERS;
    if (isFull) this.flush();
    this.rows.push(row);
    this.characters += characters;
  }

  /** Ends the batch that is being filled. */
  flush(): void {
    if (this.rows.length === 0) return;
    this.store.add(this.rows);
    this.count += 1;
    this.rows = [];
    this.characters = 0;
  }

  read(index: number): readonly Row[] {
    return this.store.read(index);
  }
}

/** Batches of a small round, in memory. */
export class MemoryBatches<Row> implements BatchStore<Row> {
  private readonly batches: (readonly Row[])[] = [];

  add(rows: readonly Row[]): void {
    this.batches.push(rows);
  }

  read(index: number): readonly Row[] {
    return this.batches[index] ?? [];
  }
}

/** Batches in a scratch file. */
export class ScratchBatches<Row> implements BatchStore<Row> {
  private readonly pieces: ScratchPiece[] = [];

  constructor(private readonly scratch: ThreadScratch) {}

  add(rows: readonly Row[]): void {
    this.pieces.push(this.scratch.append(serialize(rows)));
  }

  read(index: number): readonly Row[] {
    const piece = this.pieces[index];
    return piece === undefined ? [] : (deserialize(this.scratch.read(piece)) as Row[]);
  }
}
