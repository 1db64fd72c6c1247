import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registryFileOf } from '../../support/documents.js';
import { startServer, type RunningProgram } from '../../support/program.js';
import { listedNames, makeSite, type Site } from './site.js';

let site: Site;

beforeEach(async () => {
  site = await makeSite();
});

afterEach(() => site.remove());

async function waitForNames(server: RunningProgram, names: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await listedNames(server.url)).toEqual(names), { timeout: 20_000 });
}

describe('a file', () => {
  it('that changes is served as it is now', async () => {
    await site.write(registryFileOf('a/a'));
    const server = await startServer(site.args);
    await waitForNames(server, ['a/a']);

    await site.write(registryFileOf('a/a', 'b/b'));
    await waitForNames(server, ['a/a', 'b/b']);
    await site.write(registryFileOf('b/b'));
    await waitForNames(server, ['b/b']);

    expect((await fetch(`${server.url}/v0.1/servers/a%2Fa/versions/latest`)).status).toBe(404);
    expect(await server.stop()).toBe(0);
  });

  it('that breaks keeps its last good state, readiness and all, until it is mended', async () => {
    await site.write(registryFileOf('a/a'));
    const server = await startServer(site.args);
    await waitForNames(server, ['a/a']);

    await site.write('{"servers":[');
    await vi.waitUntil(() => server.stderr().includes('not valid JSON'), { timeout: 20_000 });
    expect(await listedNames(server.url)).toEqual(['a/a']);
    const readiness = await fetch(`${server.url}/readiness`);
    expect(readiness.status).toBe(200);
    expect(await readiness.json()).toMatchObject({ status: 'ready' });

    await site.write(registryFileOf('c/c'));
    await waitForNames(server, ['c/c']);
    expect(await server.stop()).toBe(0);
  });

  it('that was broken at a restart is served as it was stored', async () => {
    await site.write(registryFileOf('a/a'));
    const first = await startServer(site.args);
    await waitForNames(first, ['a/a']);
    expect(await first.stop()).toBe(0);
    await site.write('broken');

    const second = await startServer(site.args);

    expect(await listedNames(second.url)).toEqual(['a/a']);
    expect((await fetch(`${second.url}/readiness`)).status).toBe(200);
    expect(await second.stop()).toBe(0);
  });
});

describe('a registry that was never read', () => {
  it('is unavailable, for a list as for one server, and served once its source is there', async () => {
    const server = await startServer(site.args);
    await vi.waitUntil(() => server.stderr().includes('does not exist'), { timeout: 20_000 });

    for (const path of [
      '/v0.1/servers',
      '/v0.1/servers/a%2Fa/versions/latest',
      '/registry/default/v0.1/servers',
    ]) {
      const response = await fetch(`${server.url}${path}`);
      expect([path, response.status]).toEqual([path, 503]);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await fetch(`${server.url}/health`)).status).toBe(200);

    await site.write(registryFileOf('a/a'));
    await waitForNames(server, ['a/a']);
    expect(await server.stop()).toBe(0);
  });

  it('is not one that was read and is empty', async () => {
    await site.write('{"servers":[]}');
    const server = await startServer(site.args);

    await waitForNames(server, []);

    const response = await fetch(`${server.url}/v0.1/servers`);
    expect(await response.json()).toEqual({ servers: [], metadata: { count: 0 } });
    expect(await server.stop()).toBe(0);
  });
});
