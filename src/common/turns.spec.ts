import { setImmediate as tick } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns.js';

const never = new AbortController().signal;

it('runs so many at once, and the others in order', async () => {
  const turns = new Turns(2);
  const log: number[] = [];
  let running = 0;
  let most = 0;
  const work = (id: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    log.push(id);
    await tick();
    running -= 1;
    if (id === 1) throw new Error('one that fails');
  };

  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((id) => turns.take(never, work(id))));

  expect(most).toBe(2);
  expect(log).toEqual([1, 2, 3, 4, 5]);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

it('forgets whoever is stopped while it waits, and nobody loses a turn by it', async () => {
  const turns = new Turns(1);
  const stop = new AbortController();
  let end = () => {};
  const first = turns.take(never, () => new Promise<void>((resolve) => (end = resolve)));
  const second = turns.take(stop.signal, async () => 'second');
  const third = turns.take(never, async () => 'third');

  stop.abort(new Error('stopped'));

  await expect(second).rejects.toThrow('stopped');
  end();
  await first;
  expect(await third).toBe('third');
  expect(await turns.take(never, async () => 'later')).toBe('later');
});
