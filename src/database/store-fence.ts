/**
 * Until when the files of a store may be touched, in memory that the thread of its engine looks at before each
 * statement: a process that was paused beyond its lease goes on in all threads at once, and none may write first.
 */
export class StoreFence {
  /** What the thread is given: a time of the clock that all threads of a process have, in nanoseconds. */
  readonly memory = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);

  /** Allows it for so many milliseconds from now on. */
  allowFor(milliseconds: number): void {
    const until = process.hrtime.bigint() + BigInt(Math.floor(milliseconds * 1_000_000));
    Atomics.store(new BigInt64Array(this.memory), 0, until);
  }
}

/** True when the files may not be touched any more. */
export function isFencedOff(memory: SharedArrayBuffer): boolean {
  return process.hrtime.bigint() > Atomics.load(new BigInt64Array(memory), 0);
}
