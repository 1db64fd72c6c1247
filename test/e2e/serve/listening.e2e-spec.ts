import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram, startServer } from '../../support/program.js';
import { listedNames, makeSite, type Site, untilReady, withoutLog } from './site.js';

let site: Site;

beforeEach(async () => {
  site = await makeSite();
  await site.writeState(1);
});

afterEach(() => site.remove());

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { redirect: 'manual' });
  await response.arrayBuffer();
  return response.status;
}

describe('where the server listens', () => {
  it('port 0 takes a free port, which it prints', async () => {
    const server = await startServer([...site.args, '--port', '0']);

    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(await statusOf(`${server.url}/health`)).toBe(200);
    expect(server.stderr()).not.toContain('Operations on');
    expect(await server.stop()).toBe(0);
  });

  it('an address in use is one line and exit 1, and its store is free again', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const { code, stderr } = await runProgram([
      'serve',
      ...site.args,
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
    ]);

    expect(code).toBe(1);
    expect(withoutLog(stderr)).toBe(`error: Address 127.0.0.1:${port} is already in use\n`);
    other.close();
    const server = await startServer(site.args);
    expect(await server.stop()).toBe(0);
  });

  it.each([
    [['--address', '127.0.0.1:0', '--host', '127.0.0.1'], '--host'],
    [['--address', '127.0.0.1:0', '--port', '0'], '--port'],
  ])('%j is wrong usage', async (flags, other) => {
    const { code, stderr } = await runProgram(['serve', ...site.args, ...flags]);

    expect(code).toBe(2);
    expect(withoutLog(stderr)).toMatch(new RegExp(`^error: --address and ${other} exclude each other.*\n$`));
  });

  it('everybody who may reach it is a warning, loopback is none', async () => {
    const open = await startServer([...site.args, '--address', '0.0.0.0:0', '--internal-address', 'off']);
    expect(open.stderr().match(/"level":"warn"/g)).toHaveLength(1);
    expect(await open.stop()).toBe(0);

    const closed = await startServer([...site.args, '--address', '127.0.0.1:0', '--internal-address', 'off']);
    expect(closed.stderr()).not.toContain('"level":"warn"');
    expect(await closed.stop()).toBe(0);
  });
});

describe('the internal listener', () => {
  it('has the operations routes and nothing else', async () => {
    const server = await startServer([...site.args, '--port', '0', '--internal-address', '127.0.0.1:0']);
    await vi.waitUntil(() => server.stderr().includes('Listening on'), { timeout: 10_000 });
    const [internal, main] = ['Operations', 'Listening'].map(
      (word) => new RegExp(`${word} on (http://[\\d.:]+)`).exec(server.stderr())?.[1],
    );

    await untilReady(server.url);
    for (const path of ['/health', '/readiness', '/version']) {
      expect([path, await statusOf(`${internal}${path}`)]).toEqual([path, 200]);
      expect([path, await statusOf(`${main}${path}`)]).toEqual([path, 200]);
    }
    for (const path of [
      '/v0.1/servers',
      '/v0/servers',
      '/registry',
      '/api/doc',
      '/openapi.json',
      '/',
      '/health/x',
    ]) {
      expect([path, await statusOf(`${internal}${path}`)]).toEqual([path, 404]);
    }
    expect(await statusOf(`${main}/v0.1/servers`)).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

describe('the description of the API', () => {
  it.each([
    ['--openapi', 200],
    ['--no-openapi', 404],
  ])('with %s is answered with %i', async (flag, status) => {
    const server = await startServer([...site.args, flag]);
    await untilReady(server.url);

    for (const path of ['/api/doc', '/api/doc/', '/openapi.json', '/api/openapi.json', '/openapi.yaml']) {
      const found = await statusOf(`${server.url}${path}`);
      expect([path, found >= 300 && found < 400 ? 200 : found]).toEqual([path, status]);
    }
    expect(await statusOf(`${server.url}/v0.1/servers`)).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

describe('without configuration', () => {
  it('the sample registry is served from memory, and nothing is written', async () => {
    const server = await startServer([], { cwd: site.directory });
    const before = await readdir(site.directory);

    await vi.waitFor(async () => expect((await listedNames(server.url)).length).toBeGreaterThan(0), {
      timeout: 20_000,
    });
    expect(server.stderr()).toContain('serving the sample registry');
    expect(server.stderr()).not.toContain('"level":"warn"');

    expect(await server.stop()).toBe(0);
    expect(await readdir(site.directory)).toEqual(before);
  });
});
