import { addBit, type BitSet, keepBits, wordsFor } from './bit-set.js';

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

  /** @param longRows rows for the runs of three characters, a power of two */
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

  /** Takes from `bits`, which is changed, the texts that cannot hold `word`. */
  narrow(bits: BitSet, word: string): void {
    if (word.length === 1) this.keepShort(bits, word.charCodeAt(0));
    for (let at = 1; at < word.length; at += 1) {
      this.keepShort(bits, runOf(word.charCodeAt(at - 1), word.charCodeAt(at)));
      if (at > 1) keepBits(bits, this.longRow(word, at - 2));
    }
  }

  private add(text: string, position: number, short: Map<number, BitSet>): void {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      addBit(rowIn(short, code, this.width), position);
      if (at > 0) addBit(rowIn(short, runOf(text.charCodeAt(at - 1), code), this.width), position);
      if (at > 1) addBit(this.longRow(text, at - 2), position);
    }
  }

  private keepShort(bits: BitSet, run: number): void {
    let low = 0;
    let high = this.shortRuns.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.shortRuns[middle] ?? 0) < run) low = middle + 1;
      else high = middle;
    }
    if (this.shortRuns[low] !== run) bits.fill(0);
    else keepBits(bits, this.shortRows.subarray(low * this.width, (low + 1) * this.width));
  }

  private longRow(text: string, at: number): BitSet {
    const [a, b, c] = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)];
    const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
    const row = ((hash ^ (hash >>> 15)) >>> 3) & (this.longRowCount - 1);
    return this.longRows.subarray(row * this.width, (row + 1) * this.width);
  }
}

/** Two characters as one number. After the character 0 it is that of the second alone, which only names too much. */
function runOf(a: number, b: number): number {
  return ((a << 16) | b) >>> 0;
}

function rowIn(rows: Map<number, BitSet>, run: number, width: number): BitSet {
  const known = rows.get(run);
  if (known !== undefined) return known;
  const made = new Uint32Array(width);
  rows.set(run, made);
  return made;
}
