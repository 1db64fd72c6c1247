import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflate, deflateSync, inflateSync } from 'node:zlib';
import { ahead } from '../common/ahead.js';
import { DomainError } from '../common/domain-error.js';

/** Most that one round may put into its scratch file, compressed, in bytes. */
const SCRATCH_LIMIT = 2 * 1024 ** 3;
/** The quickest level: documents shrink to a fifth all the same. */
const FAST = { level: constants.Z_BEST_SPEED };
/** Pieces that are compressed while one is written; each takes a thread of the pool. */
const COMPRESSED_AHEAD = 2;
const compress = promisify<Uint8Array, object, Buffer>(deflate);

/** Where a piece lies in a scratch file, in bytes. */
export interface ScratchPiece {
  readonly at: number;
  readonly length: number;
}

/** A scratch file, as a thread takes it over. */
export interface ScratchPlace {
  /** Descriptors belong to the process, so every thread can use it. */
  readonly descriptor: number;
  readonly end: number;
}

/**
 * The scratch file of one round. It has no name from the moment it is open, so whatever ends the process, the system
 * takes it back, and there is nothing to clean up at the next start.
 */
export class RoundScratch {
  private end = 0;

  private constructor(private readonly handle: FileHandle) {}

  /** @throws DomainError `store-unavailable` when there is no directory for temporary files that can be written */
  static async open(): Promise<RoundScratch> {
    try {
      const directory = await mkdtemp(join(tmpdir(), 'thv-registry-round-'));
      try {
        return new RoundScratch(await open(join(directory, 'scratch'), 'wx+', 0o600));
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    } catch (error) {
      throw scratchFailure(error);
    }
  }

  get place(): ScratchPlace {
    return { descriptor: this.handle.fd, end: this.end };
  }

  /**
   * Adds pieces behind the others, for one caller at a time; some are compressed while others are written.
   * @throws DomainError as `open`, `limit-exceeded`
   */
  async append(pieces: Iterable<Uint8Array>): Promise<ScratchPiece[]> {
    const added: ScratchPiece[] = [];
    const compressed = ahead(pieces, (bytes) => compress(bytes, FAST), COMPRESSED_AHEAD);
    for await (const piece of compressed) added.push(await this.put(piece));
    return added;
  }

  private async put(compressed: Buffer): Promise<ScratchPiece> {
    const piece = { at: this.end, length: compressed.length };
    this.end = checkedEnd(piece);
    try {
      await this.handle.write(compressed, 0, compressed.length, piece.at);
    } catch (error) {
      throw scratchFailure(error);
    }
    return piece;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** The same file in a thread that has nothing else to do, and which alone adds to it from then on. */
export class ThreadScratch {
  private end: number;

  constructor(private readonly place: ScratchPlace) {
    this.end = place.end;
  }

  append(bytes: Uint8Array): ScratchPiece {
    const compressed = deflateSync(bytes, FAST);
    const piece = { at: this.end, length: compressed.length };
    this.end = checkedEnd(piece);
    try {
      for (let done = 0; done < compressed.length;) {
        done += writeSync(this.place.descriptor, compressed, done, compressed.length - done, piece.at + done);
      }
    } catch (error) {
      throw scratchFailure(error);
    }
    return piece;
  }

  read({ at, length }: ScratchPiece): Buffer {
    const compressed = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const count = readSync(this.place.descriptor, compressed, done, length - done, at + done);
      if (count === 0) throw new Error('The scratch file of the round is shorter than it was');
      done += count;
    }
    return inflateSync(compressed);
  }
}

function checkedEnd({ at, length }: ScratchPiece): number {
  if (at + length <= SCRATCH_LIMIT) return at + length;
  const message = 'The source holds more than a round may keep in its scratch file, 2 GiB compressed';
  throw new DomainError('limit-exceeded', message);
}

function scratchFailure(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The round cannot use the directory for temporary files (TMPDIR): ${reason}`;
  return new DomainError('store-unavailable', message, { cause: error });
}
