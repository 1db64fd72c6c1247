import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startServer } from '../../support/program.js';
import { listedTitles, makeSite, type Site, STATE_SIZE } from './site.js';

let site: Site;

beforeEach(async () => {
  site = await makeSite();
});

afterEach(() => site.remove());

/** The number of the one state that is served. Fails when parts of two are mixed. */
async function servedState(url: string): Promise<number> {
  const titles = await listedTitles(url);
  expect(titles).toHaveLength(STATE_SIZE);
  expect(new Set(titles).size).toBe(1);
  return Number(titles[0]?.replace('state ', ''));
}

describe('killed at any moment', () => {
  it(
    'the server comes back with one whole state, never older than what it served',
    { timeout: 300_000 },
    async () => {
      let state = 0;
      let served = 0;
      for (let round = 0; round < 10; round += 1) {
        await site.writeState((state += 1));
        const server = await startServer(site.args);
        await vi.waitFor(async () => expect(await servedState(server.url)).toBe(state), { timeout: 20_000 });
        // Every second a round reads a new state; the end comes somewhere within the next one.
        const end = Date.now() + 700 + Math.random() * 900;
        while (Date.now() < end) {
          await site.writeState((state += 1));
          served = await servedState(server.url);
        }
        await server.stop('SIGKILL');

        // Only what was stored can be served now.
        await site.write('no data');
        const again = await startServer(site.args);
        const found = await servedState(again.url);
        expect(found).toBeGreaterThanOrEqual(served);
        expect(found).toBeLessThanOrEqual(state);
        await again.stop('SIGKILL');
      }
    },
  );
});
