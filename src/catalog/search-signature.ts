import { addBit, type BitSet, wordsFor } from './bit-set.js';
import { longRunAt, runOf, type SearchWord } from './search-word.js';

/**
 * Tells which of a few texts can hold a word. Each run of one and of two characters that occurs has a row of one bit
 * for each text. Runs of three share a number of rows, so what this names is looked at once more; what it does not name never
 * holds the word. For texts of a few hundred characters and 2,048 rows it
 * costs about 400 bytes each.
 */
export class SearchSignature {
  private readonly width: number;
  private readonly longRows: Uint32Array;
  /** The short runs in ascending order; the row of each is at the same place. */
  private readonly shortRuns: Uint32Array;
  private readonly shortRows: Uint32Array;

  /** @param longRowCount rows for the runs of three characters, a power of two */
  constructor(
    texts: readonly string[],
    private readonly longRowCount: number,
  ) {
    this.width = wordsFor(texts.length);
    this.longRows = new Uint32Array(longRowCount * this.width);
    const short = new Map<number, BitSet>();
    for (const [position, text] of texts.entries()) this.add(text, position, short);
    this.shortRuns = Uint32Array.from(short.keys()).sort();
    this.shortRows = new Uint32Array(this.shortRuns.length * this.width);
    for (const [place, run] of this.shortRuns.entries()) {
      this.shortRows.set(short.get(run) ?? [], place * this.width);
    }
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

  private add(text: string, position: number, short: Map<number, BitSet>): void {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      addBit(rowIn(short, code, this.width), position);
      if (at > 0) addBit(rowIn(short, runOf(text.charCodeAt(at - 1), code), this.width), position);
      if (at > 1) addBit(this.longRow(longRunAt(text, at - 2)), position);
    }
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

  private longRow(run: number): BitSet {
    const row = run & (this.longRowCount - 1);
    return this.longRows.subarray(row * this.width, (row + 1) * this.width);
  }
}

function rowIn(rows: Map<number, BitSet>, run: number, width: number): BitSet {
  const known = rows.get(run);
  if (known !== undefined) return known;
  const made = new Uint32Array(width);
  rows.set(run, made);
  return made;
}
