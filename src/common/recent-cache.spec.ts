import { describe, expect, it } from 'vitest';
import { RecentCache } from './recent-cache.js';

const kept = (cache: RecentCache<string>, keys: readonly string[]) =>
  keys.filter((key) => cache.get(key) !== undefined);

describe('a cache of what was used lately', () => {
  it('gives back what it was given, and the later value of a key', () => {
    const cache = new RecentCache<string>({ values: 8, weight: 100 }, () => 1);
    cache.set('a', 'first');
    cache.set('a', 'second');

    expect(cache.get('a')).toBe('second');
    expect(cache.get('b')).toBeUndefined();
  });

  it('never holds more values than its bound, and keeps those in use', () => {
    const cache = new RecentCache<string>({ values: 8, weight: 1_000 }, () => 1);
    const keys = Array.from({ length: 50 }, (_, index) => String(index));
    cache.set('used', 'x');
    for (const key of keys) {
      cache.set(key, 'x');
      expect(cache.get('used')).toBe('x');
    }

    expect(kept(cache, keys).length).toBeLessThanOrEqual(8);
    expect(cache.get('49')).toBe('x');
    expect(cache.get('0')).toBeUndefined();
  });

  it('never holds more weight than its bound, and refuses what is too heavy', () => {
    const cache = new RecentCache<string>({ values: 1_000, weight: 100 }, (_, value) => value.length);
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    for (const key of keys) cache.set(key, 'x'.repeat(10));
    cache.set('heavy', 'x'.repeat(26));

    expect(kept(cache, keys).length).toBeLessThanOrEqual(10);
    expect(cache.get('heavy')).toBeUndefined();
  });

  it('does not count a replaced value twice', () => {
    const cache = new RecentCache<string>({ values: 1_000, weight: 100 }, (_, value) => value.length);
    cache.set('other', 'x');
    for (let index = 0; index < 100; index += 1) cache.set('same', 'x'.repeat(20));

    expect(cache.get('other')).toBe('x');
  });
});
