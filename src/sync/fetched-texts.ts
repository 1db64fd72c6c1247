import { itemsUntilAborted } from '../common/until-aborted.js';
import type { FetchedFile } from '../sources/source-provider.js';
import { RoundScratch, type ScratchPiece, type ScratchPlace, type ThreadScratch } from './round-scratch.js';

/**
 * Characters up to which a fetch stays in memory and is read where it is: reading them takes a few milliseconds, and
 * starting a thread takes thirty and ten megabytes.
 */
export const SMALL_FETCH = 256 * 1024;
/** Characters encoded at a time; a hundred million at once would hold up the replies. */
const PIECE_CHARACTERS = 1024 * 1024;

/** A fetched file in the scratch file, in pieces. */
export interface SpooledFile extends Omit<FetchedFile, 'text'> {
  readonly pieces: readonly ScratchPiece[];
}

/** What was spooled, as a thread takes it over. */
export interface SpooledFiles {
  readonly place: ScratchPlace;
  readonly files: readonly SpooledFile[];
}

/**
 * The files of one fetch: in memory while they are small together, else in a scratch file. A slow upstream costs
 * neither memory nor a thread while it is read.
 */
export class FetchedTexts {
  private small: FetchedFile[] = [];
  private characters = 0;
  private scratch: RoundScratch | undefined;
  private readonly spooled: SpooledFile[] = [];
  private writing: Promise<void> = Promise.resolve();

  /**
   * Takes all files in, however long they take, and ends soon after `signal` in any case. Close it in any case.
   * @throws what the files throw, DomainError `store-unavailable`, `limit-exceeded`, or the reason of `signal`
   */
  async take(files: Iterable<FetchedFile> | AsyncIterable<FetchedFile>, signal: AbortSignal): Promise<void> {
    const arriving = Symbol.asyncIterator in files ? itemsUntilAborted(signal, files) : files;
    for await (const file of arriving) {
      signal.throwIfAborted();
      this.characters += file.text.length;
      if (this.scratch === undefined && this.characters <= SMALL_FETCH) this.small.push(file);
      else await this.spool(file);
    }
    await this.writing;
  }

  /** The files, when they are small together. */
  get inMemory(): readonly FetchedFile[] | undefined {
    return this.scratch === undefined ? this.small : undefined;
  }

  /** The files in the scratch file, where small ones are put now. */
  async inScratch(): Promise<SpooledFiles> {
    const scratch = await this.spoolSmall();
    return { place: scratch.place, files: this.spooled };
  }

  /** Gives memory and scratch file back. */
  async close(): Promise<void> {
    this.small = [];
    await this.writing.catch(() => undefined);
    await this.scratch?.close();
  }

  private async spool(file: FetchedFile): Promise<void> {
    const scratch = await this.spoolSmall();
    // One file is written while the next one is on its way.
    await this.writing;
    this.writing = this.write(scratch, file);
    this.writing.catch(() => undefined);
  }

  private async spoolSmall(): Promise<RoundScratch> {
    if (this.scratch !== undefined) return this.scratch;
    const scratch = (this.scratch = await RoundScratch.open());
    for (const file of this.small) await this.write(scratch, file);
    this.small = [];
    return scratch;
  }

  private async write(scratch: RoundScratch, { text, ...about }: FetchedFile): Promise<void> {
    this.spooled.push({ ...about, pieces: await scratch.append(piecesOf(text)) });
  }
}

function* piecesOf(text: string): Generator<Buffer> {
  for (let at = 0; at < text.length;) {
    const end = pieceEnd(text, at);
    yield Buffer.from(text.slice(at, end));
    at = end;
  }
}

/** Half a character cannot be encoded, so no piece ends in one. */
function pieceEnd(text: string, at: number): number {
  const end = Math.min(at + PIECE_CHARACTERS, text.length);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last < 0xdc00 ? end + 1 : end;
}

/** Reads a file back, in the thread. */
export function readSpooled(scratch: ThreadScratch, { pieces, ...about }: SpooledFile): FetchedFile {
  return { ...about, text: pieces.map((piece) => scratch.read(piece).toString()).join('') };
}
