/** A set of small integers, 32 to a word. The functions below never change one that they did not make. */
export type BitSet = Uint32Array;

/** Words that a set of `size` positions needs. */
export function wordsFor(size: number): number {
  return (size + 31) >>> 5;
}

/** The positions 0 to `size - 1`. */
export function allBits(size: number): BitSet {
  const bits = new Uint32Array(wordsFor(size)).fill(0xffffffff);
  const rest = size & 31;
  if (rest !== 0) bits[bits.length - 1] = 0xffffffff >>> (32 - rest);
  return bits;
}

/** A set of `size` positions that holds these. */
export function bitsOf(positions: Iterable<number>, size: number): BitSet {
  const bits = new Uint32Array(wordsFor(size));
  for (const position of positions) addBit(bits, position);
  return bits;
}

export function addBit(bits: BitSet, position: number): void {
  bits[position >>> 5] = (bits[position >>> 5] ?? 0) | (1 << (position & 31));
}

export function hasBit(bits: BitSet, position: number): boolean {
  return ((bits[position >>> 5] ?? 0) & (1 << (position & 31))) !== 0;
}

/** Keeps in `bits`, which is changed, only what `other` holds. */
export function keepBits(bits: BitSet, other: BitSet): void {
  for (let at = 0; at < bits.length; at += 1) bits[at] = (bits[at] ?? 0) & (other[at] ?? 0);
}

/** Keeps in `bits`, which is changed, only positions below `end`. */
export function keepBelow(bits: BitSet, end: number): void {
  const at = end >>> 5;
  if (at < bits.length) bits[at] = (bits[at] ?? 0) & ~(0xffffffff << (end & 31));
  bits.fill(0, Math.min(at + 1, bits.length));
}

/** Adds to `bits`, which is changed, what `other` holds. */
export function joinBits(bits: BitSet, other: BitSet): void {
  for (let at = 0; at < bits.length; at += 1) bits[at] = (bits[at] ?? 0) | (other[at] ?? 0);
}

export function countBits(bits: BitSet): number {
  let count = 0;
  for (let word of bits) {
    for (; word !== 0; word &= word - 1) count += 1;
  }
  return count;
}

export function isEmptySet(bits: BitSet): boolean {
  return bits.every((word) => word === 0);
}

/** The least position of the set from `from` on; -1 when there is none. */
export function nextBit(bits: BitSet, from: number): number {
  let at = from >>> 5;
  let word = (bits[at] ?? 0) & (0xffffffff << (from & 31));
  while (word === 0) {
    at += 1;
    if (at >= bits.length) return -1;
    word = bits[at] ?? 0;
  }
  return at * 32 + (31 - Math.clz32(word & -word));
}
