import type { SigningKey } from 'jwks-rsa';
import { describe, expect, it } from 'vitest';
import { KeySet } from './key-set.js';

/** A key set whose provider and clock a test moves. */
class Scene {
  now = 0;
  fetches = 0;
  published: string[] = ['a'];
  isDown = false;
  readonly keys = new KeySet(() => this.fetch(), { now: () => new Date(this.now) });

  async has(kid: string): Promise<boolean> {
    return (await this.keys.find(kid)) !== undefined;
  }

  private fetch(): Promise<SigningKey[]> {
    this.fetches += 1;
    if (this.isDown) return Promise.reject(new Error('is down'));
    return Promise.resolve(this.published.map((kid) => ({ kid }) as SigningKey));
  }
}

describe('KeySet', () => {
  it('fetches once for many callers, known and unknown keys alike', async () => {
    const scene = new Scene();

    expect(await Promise.all(['a', 'b', 'a'].map((kid) => scene.has(kid)))).toEqual([true, false, true]);
    expect(scene.fetches).toBe(1);
  });

  it('finds a new key at once, and looks for others now and then only', async () => {
    const scene = new Scene();
    await scene.has('a');
    scene.published = ['a', 'b'];

    expect(await scene.has('b')).toBe(true);
    expect([await scene.has('c'), await scene.has('d'), scene.fetches]).toEqual([false, false, 2]);
    scene.now += 6_000;
    expect([await scene.has('c'), await scene.has('d'), scene.fetches]).toEqual([false, false, 3]);
    scene.now += 6_000;
    expect([await scene.has('c'), scene.fetches]).toEqual([false, 3]);
    scene.now += 30_000;
    expect([await scene.has('c'), scene.fetches]).toEqual([false, 4]);
  });

  it('fails for unknown keys while the provider is down, and tries again', async () => {
    const scene = new Scene();
    await scene.has('a');
    scene.isDown = true;

    expect(await scene.has('a')).toBe(true);
    await expect(scene.has('b')).rejects.toThrow('is down');
    scene.isDown = false;
    scene.published = ['b'];
    expect(await scene.has('b')).toBe(true);
  });

  it('drops withdrawn keys in time, without making anybody wait', async () => {
    const scene = new Scene();
    await scene.has('a');
    scene.published = ['b'];
    scene.now += 11 * 60_000;

    expect(await scene.has('a')).toBe(true);
    expect(await scene.has('b')).toBe(true);
    expect(scene.fetches).toBe(2);
    expect(await scene.has('a')).toBe(false);
  });
});
