import { type BitSet, wordsFor } from './bit-set.js';
import { longRunAt, runOf, type SearchWord } from './search-word.js';

const ASCII = 128;
/** Characters taken in by one step. */
const CHARACTERS_AT_ONCE = 32 * 1024;

/**
 * Tells which of a few texts can hold a word. Each run of one and of two characters that occurs has a row of one bit
 * for each text. Runs of three share a number of rows, so what this names is looked at once more; what it does not name never
 * holds the word. For texts of a few hundred characters and 2,048 rows it
 * costs about 400 bytes each.
 */
export class SearchSignature {
  /** The short runs in ascending order; the row of each is at the same place. */
  private readonly shortRuns: Uint32Array;
  private readonly shortRows: Uint32Array;

  private constructor(
    private readonly width: number,
    private readonly longRowCount: number,
    private readonly longRows: Uint32Array,
    short: ShortRows,
  ) {
    this.shortRuns = Uint32Array.from(short.runs).sort();
    this.shortRows = new Uint32Array(this.shortRuns.length * width);
    for (const [place, run] of this.shortRuns.entries()) {
      this.shortRows.set(short.rowOf(run), place * width);
    }
  }

  /**
   * Made in steps of about a millisecond, between which others may have their turn.
   * @param longRowCount rows for the runs of three characters, a power of two
   */
  static *of(texts: readonly string[], longRowCount: number): Generator<void, SearchSignature> {
    const width = wordsFor(texts.length);
    const longRows = new Uint32Array(longRowCount * width);
    const short = new ShortRows(width);
    let characters = 0;
    for (const [position, text] of texts.entries()) {
      addText(text, position, { longRows, longRowCount, short, width });
      characters += text.length;
      if (characters < CHARACTERS_AT_ONCE) continue;
      characters = 0;
      yield;
    }
    return new SearchSignature(width, longRowCount, longRows, short);
  }

  /** Takes from `bits`, which is changed, the texts that cannot hold `word`. False when none is left. */
  narrow(bits: BitSet, word: SearchWord): boolean {
    for (const run of word.longRuns) {
      if (!this.keepRow(bits, this.longRows, run & (this.longRowCount - 1))) return false;
    }
    for (const run of word.shortRuns) {
      const place = this.placeOf(run);
      if (this.shortRuns[place] !== run) {
        bits.fill(0);
        return false;
      }
      if (!this.keepRow(bits, this.shortRows, place)) return false;
    }
    return true;
  }

  /** In place, without a view of the row: of all that a search does this is done most often. */
  private keepRow(bits: BitSet, rows: Uint32Array, place: number): boolean {
    const start = place * this.width;
    let left = 0;
    for (let at = 0; at < bits.length; at += 1) {
      const word = (bits[at] ?? 0) & (rows[start + at] ?? 0);
      bits[at] = word;
      left |= word;
    }
    return left !== 0;
  }

  private placeOf(run: number): number {
    let low = 0;
    let high = this.shortRuns.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.shortRuns[middle] ?? 0) < run) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The rows of a signature that is being made. */
interface Rows {
  readonly longRows: Uint32Array;
  readonly longRowCount: number;
  readonly short: ShortRows;
  readonly width: number;
}

/** For each character of everything that is indexed: a view or a look-up more here is a pause of the program there. */
function addText(text: string, position: number, { longRows, longRowCount, short, width }: Rows): void {
  const [word, bit] = [position >>> 5, 1 << (position & 31)];
  const mask = longRowCount - 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    short.add(code, word, bit);
    if (at > 0) short.add(runOf(text.charCodeAt(at - 1), code), word, bit);
    if (at < 2) continue;
    const place = (longRunAt(text, at - 2) & mask) * width + word;
    longRows[place] = (longRows[place] ?? 0) | bit;
  }
}

/** Rows of short runs while they are collected. Nearly all runs are of two ASCII characters, which need no hashing. */
class ShortRows {
  readonly runs: number[] = [];
  private readonly rows: BitSet[] = [];
  /** Places of the rows of ASCII runs, and of the others; 0 where there is none yet. */
  private readonly ascii = new Uint16Array(ASCII * ASCII);
  private readonly others = new Map<number, number>();

  constructor(private readonly width: number) {}

  /** Adds a bit of a word to the row of a run. */
  add(run: number, word: number, bit: number): void {
    const row = this.rowOf(run);
    row[word] = (row[word] ?? 0) | bit;
  }

  /** The row of a run, which is made when there is none. */
  rowOf(run: number): BitSet {
    const [a, b] = [run >>> 16, run & 0xffff];
    const isAscii = a < ASCII && b < ASCII;
    const place = isAscii ? this.ascii[a * ASCII + b] : this.others.get(run);
    const known = this.rows[(place ?? 0) - 1];
    if (known !== undefined) return known;
    const made = new Uint32Array(this.width);
    this.runs.push(run);
    const next = this.rows.push(made);
    if (isAscii) this.ascii[a * ASCII + b] = next;
    else this.others.set(run, next);
    return made;
  }
}
