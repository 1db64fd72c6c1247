import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginTimeLimit, itemsUntilAborted, untilAborted } from './until-aborted.js';

const never = new Promise<never>(() => {});
let stop: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  stop = new AbortController();
});

afterEach(() => vi.useRealTimers());

async function* hangingAfter(...items: string[]): AsyncGenerator<string> {
  for (const item of items) yield await Promise.resolve(item);
  await never;
}

/** Why work failed. */
function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'it did not fail',
    (error: unknown) => (error as Error).message,
  );
}

async function readAll(items: AsyncIterable<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const item of items) read.push(item);
  return read;
}

describe('work that is waited for until a signal', () => {
  it('settles as it would alone', async () => {
    await expect(untilAborted(stop.signal, Promise.resolve(1))).resolves.toBe(1);
    await expect(untilAborted(stop.signal, Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may still end by itself soon after the signal', async () => {
    const work = new Promise<never>((_resolve, reject) => {
      stop.signal.addEventListener('abort', () => setTimeout(() => reject(new Error('own words')), 500));
    });
    const outcome = failure(untilAborted(stop.signal, work));

    stop.abort(new Error('stop'));
    await vi.advanceTimersByTimeAsync(500);
    expect(await outcome).toBe('own words');
  });

  it('is left behind when it does not heed it, before or after it began', async () => {
    const begun = failure(untilAborted(stop.signal, never));
    stop.abort(new Error('stop'));
    const late = failure(untilAborted(stop.signal, never));

    await vi.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all([begun, late])).toEqual(['stop', 'stop']);
  });
});

describe('items that are read until a signal', () => {
  it('are all of them, in order', async () => {
    async function* three() {
      yield* await Promise.resolve(['a', 'b', 'c']);
    }

    expect(await readAll(itemsUntilAborted(stop.signal, three()))).toEqual(['a', 'b', 'c']);
  });

  it('end soon after it although the next one never comes', async () => {
    const outcome = failure(readAll(itemsUntilAborted(stop.signal, hangingAfter('a'))));
    await vi.advanceTimersByTimeAsync(1);

    stop.abort(new Error('stop'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toBe('stop');
  });

  it('are closed when no more are wanted', async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield await Promise.resolve('a');
      } finally {
        isClosed = true;
      }
    }
    for await (const item of itemsUntilAborted(stop.signal, endless())) if (item === 'a') break;

    expect(isClosed).toBe(true);
  });
});

describe('a time limit', () => {
  it('aborts at its end, unless it is lifted before', () => {
    const limits = [beginTimeLimit(100), beginTimeLimit(100), beginTimeLimit(Number.MAX_SAFE_INTEGER)];
    limits[1]?.lift();
    vi.advanceTimersByTime(100);

    expect(limits.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
    expect(limits[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });
});
