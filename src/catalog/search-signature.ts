import { addBit, type BitSet, keepBits, wordsFor } from './bit-set.js';

/** Rows for the runs of three characters, and for the shorter ones. Powers of two. */
const LONG_ROWS = 2048;
const SHORT_ROWS = 512;
const ROWS = LONG_ROWS + SHORT_ROWS;

/**
 * Tells which of a few texts can hold a word. Each run of one, two and three characters has a row of one bit for each
 * text; different runs may share a row, so what this names is looked at once more, and what it does not name never
 * holds the word. It costs 320 bytes for each text.
 */
export class SearchSignature {
  private readonly rows: Uint32Array;
  private readonly width: number;

  constructor(texts: readonly string[]) {
    this.width = wordsFor(texts.length);
    this.rows = new Uint32Array(ROWS * this.width);
    for (const [position, text] of texts.entries()) this.add(text, position);
  }

  /** Takes from `bits`, which is changed, the texts that cannot hold `word`. */
  narrow(bits: BitSet, word: string): void {
    if (word.length < 3) {
      keepBits(bits, this.row(shortRow(word.charCodeAt(0), word.length === 1 ? 0 : word.charCodeAt(1))));
      return;
    }
    for (let at = 2; at < word.length; at += 1) {
      const row = longRow(word.charCodeAt(at - 2), word.charCodeAt(at - 1), word.charCodeAt(at));
      keepBits(bits, this.row(row));
    }
  }

  private add(text: string, position: number): void {
    let before = 0;
    let last = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      addBit(this.row(shortRow(code, 0)), position);
      if (at > 0) addBit(this.row(shortRow(last, code)), position);
      if (at > 1) addBit(this.row(longRow(before, last, code)), position);
      before = last;
      last = code;
    }
  }

  private row(row: number): BitSet {
    return this.rows.subarray(row * this.width, (row + 1) * this.width);
  }
}

function longRow(a: number, b: number, c: number): number {
  return (
    mixed(Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)) & (LONG_ROWS - 1)
  );
}

function shortRow(a: number, b: number): number {
  return LONG_ROWS + (mixed(Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) & (SHORT_ROWS - 1));
}

function mixed(hash: number): number {
  return (hash ^ (hash >>> 15)) >>> 3;
}
