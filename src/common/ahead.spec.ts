import { describe, expect, it } from 'vitest';
import { ahead } from './ahead.js';

describe('fetching ahead', () => {
  it('begins the next one before the last one is used, and no more', async () => {
    const seen: string[] = [];
    const fetched = ahead([1, 2, 3], async (item) => {
      seen.push(`fetch ${item}`);
      return Promise.resolve(item);
    });
    for await (const item of fetched) seen.push(`use ${item}`);

    expect(seen).toEqual(['fetch 1', 'fetch 2', 'use 1', 'fetch 3', 'use 2', 'use 3']);
  });

  it('fails when it is the turn of the one that failed', async () => {
    const used: number[] = [];
    const fetched = ahead([1, 2, 3], async (item) =>
      item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item),
    );

    const reading = (async () => {
      for await (const item of fetched) used.push(item);
    })();

    await expect(reading).rejects.toThrow('two');
    expect(used).toEqual([1]);
  });

  it('brings nothing for nothing', async () => {
    for await (const item of ahead([], async () => Promise.resolve(0))) expect(item).toBeUndefined();
  });
});
