import { describe, expect, it } from 'vitest';
import { useApiBench } from '../support/api-sources.js';
import { breaking, failing, slow } from '../support/upstream-registry.js';

const bench = useApiBench();

describe('a request that fails', () => {
  it.each([
    ['429', () => failing({ page: 2, times: 2, status: 429 })],
    ['502', () => failing({ page: 2, times: 2, status: 502 })],
    ['503', () => failing({ page: 2, times: 2, status: 503 })],
    ['504', () => failing({ page: 1, times: 2, status: 504 })],
    ['half a page', () => breaking({ page: 3, times: 2 })],
    ['a page that is not JSON', () => failing({ page: 2, times: 2, status: 200, body: '{"servers":[' })],
    ['a page that comes too late', () => slow({ page: 2, times: 1, milliseconds: 600 })],
  ])(
    'twice with %s succeeds the third time, without the pages before being read again',
    async (_what, fault) => {
      bench.upstream.faults = [fault()];

      expect(await bench.read({ settings: { timeoutMs: 300 } })).toMatchObject({ count: 250 });

      expect(
        bench.upstream.pages.filter(({ cursor, path }) => path.endsWith('/servers') && cursor === null)
          .length,
      ).toBeLessThanOrEqual(3);
    },
  );

  it('for ever fails after three tries', async () => {
    bench.upstream.faults = [failing({ page: 2, status: 503 })];

    await expect(bench.read()).rejects.toMatchObject({
      code: 'upstream-failed',
      message: expect.stringContaining('503'),
    });

    expect(bench.upstream.pages.filter(({ cursor }) => cursor === '100: +/é&')).toHaveLength(3);
  });

  it.each([400, 403, 404, 500])('with %s is not repeated', async (status) => {
    bench.upstream.faults = [failing({ page: 2, status })];

    await expect(bench.read()).rejects.toMatchObject({ message: expect.stringContaining(String(status)) });

    expect(bench.upstream.pages).toHaveLength(2);
  });

  it('waits as long as Retry-After says', async () => {
    bench.upstream.faults = [failing({ page: 2, times: 1, status: 429, headers: { 'retry-after': '1' } })];
    const start = performance.now();

    expect(await bench.read()).toMatchObject({ count: 250 });

    expect(performance.now() - start).toBeGreaterThan(950);
  });

  it('does not wait for longer than a minute, and says for how long it was told to', async () => {
    bench.upstream.faults = [failing({ page: 2, status: 429, headers: { 'retry-after': '3600' } })];

    await expect(bench.read()).rejects.toMatchObject({ message: expect.stringContaining('asks to wait 1h') });
  });

  it('stops waiting with its round', async () => {
    bench.upstream.faults = [failing({ page: 2, status: 429, headers: { 'retry-after': '30' } })];
    const start = performance.now();

    await expect(bench.read({ signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ code: 'aborted' });

    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
