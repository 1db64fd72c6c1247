/**
 * A small random generator (mulberry32) whose numbers depend on the seed alone, so that everybody measures the
 * same catalogue. Not for secrets.
 */
export class SeededRandom {
  #state;

  /** @param {number} seed any integer */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 (inclusive) to 1 (exclusive). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from `low` to `high`, both inclusive. */
  integer(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One item of a list that is not empty. */
  pick(items) {
    return items[Math.floor(this.next() * items.length)];
  }
}
