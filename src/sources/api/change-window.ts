import type { ListedItem } from './registry-page.js';

/**
 * Seconds before the last known change from which changes are asked for again: a registry may show a change later than
 * the time it bears, and its replicas' clocks differ.
 */
export const OVERLAP_S = 300;
/** Seconds that are kept before old ones are forgotten. */
const MAX_SECONDS = 4 * OVERLAP_S;
const HASH_BITS = 128;

/** What changed within a stretch of time, as two numbers that do not depend on its order. */
export interface WindowContent {
  /** Sum of the items' hashes, in hexadecimal. */
  readonly sum: string;
  readonly count: number;
}

interface Second {
  sum: bigint;
  count: number;
}

/**
 * Notes when items changed, in little memory, so that the last of them can be told from others: the overlap is read
 * again in each round, and most of the time there is nothing new in it. Times after `now` count as `now`, so that one
 * entry from the future does not end the search for changes.
 */
export class ChangeWindow {
  private readonly seconds = new Map<number, Second>();
  private readonly since: Second = { sum: 0n, count: 0 };
  private last: number | undefined;

  /**
   * @param now seconds since 1970 by our clock, when the reading began
   * @param cut all that changed after this second is counted apart, see {@link afterCut}
   */
  constructor(
    private readonly now: number,
    private readonly cut = Infinity,
  ) {}

  /** Time of the last change, not after `now`; undefined when no item bears one. */
  get latest(): number | undefined {
    return this.last;
  }

  /** `otherwise` stands for the time of an item that bears none; it is not noted when that is undefined, too. */
  add({ fingerprint, updatedAt }: ListedItem, otherwise?: number): void {
    const time = updatedAt ?? otherwise;
    if (time === undefined) return;
    const second = Math.min(time, this.now);
    if (updatedAt !== undefined) this.last = Math.max(this.last ?? 0, second);
    const hash = Buffer.from(fingerprint, 'base64').readBigUInt64LE(0);
    if (second > this.cut) include(this.since, hash);
    if (second <= (this.last ?? 0) - OVERLAP_S) return;
    const known = this.seconds.get(second) ?? { sum: 0n, count: 0 };
    this.seconds.set(second, include(known, hash));
    if (this.seconds.size > MAX_SECONDS) this.forget();
  }

  /** What changed after the cut. */
  afterCut(): WindowContent {
    return contentOf([this.since]);
  }

  /** What changed after a second, which lies at most the overlap before the last change. */
  after(second: number): WindowContent {
    return contentOf([...this.seconds].filter(([at]) => at > second).map(([, content]) => content));
  }

  private forget(): void {
    const first = (this.last ?? 0) - OVERLAP_S;
    for (const at of this.seconds.keys()) if (at <= first) this.seconds.delete(at);
  }
}

function include(second: Second, hash: bigint): Second {
  second.sum += hash;
  second.count += 1;
  return second;
}

function contentOf(parts: readonly Second[]): WindowContent {
  const sum = parts.reduce((total, part) => total + part.sum, 0n);
  const count = parts.reduce((total, part) => total + part.count, 0);
  return { sum: BigInt.asUintN(HASH_BITS, sum).toString(16), count };
}
