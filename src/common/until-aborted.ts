/** How long work may take to heed its signal, in milliseconds, before nobody waits for it any more. */
const GRACE = 1_000;

/** The longest time that a timer of the system can wait, in milliseconds. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Settles as `work` does, or with the reason of `signal` when `work` goes on for a second after it as if nothing had
 * happened. What comes of such work later is ignored.
 */
export async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const givenUp = new Promise<never>((_resolve, reject) => {
    onAbort = () => (timer = setTimeout(() => reject(signal.reason as Error), GRACE));
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** The items of `items`, as long as they come before `signal`; reading them ends soon after it in any case. */
export async function* itemsUntilAborted<Item>(
  signal: AbortSignal,
  items: AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let isOpen = true;
  try {
    for (;;) {
      isOpen = false;
      const { done, value } = await untilAborted(signal, iterator.next());
      if (done === true) return;
      isOpen = true;
      yield value;
    }
  } finally {
    // Only one that stands at an item can hear that no more are wanted.
    if (isOpen && iterator.return !== undefined) await untilAborted(signal, iterator.return());
  }
}

/** A time limit that can be lifted, so that nothing is left of it afterwards. */
export interface TimeLimit {
  /** Aborts with a `TimeoutError` when the time is over. */
  readonly signal: AbortSignal;
  lift(): void;
}

/** Begins a time limit of so many milliseconds. */
export function beginTimeLimit(milliseconds: number): TimeLimit {
  const limit = new AbortController();
  const abort = () => limit.abort(new DOMException('The time limit is over', 'TimeoutError'));
  const timer = setTimeout(abort, Math.min(milliseconds, LONGEST_TIMER)).unref();
  return { signal: limit.signal, lift: () => clearTimeout(timer) };
}
