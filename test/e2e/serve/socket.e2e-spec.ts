import { once } from 'node:events';
import { lstat, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram, startServer, type RunningProgram } from '../../support/program.js';
import { ask, makeSite, type Site, withoutLog } from './site.js';

let site: Site;
let path: string;

beforeEach(async () => {
  site = await makeSite();
  await site.writeState(1);
  path = join(site.directory, 'run', 'deep', 'registry.sock');
});

afterEach(() => site.remove());

/** The internal listener is there so that an address is printed. */
async function startOnSocket(): Promise<RunningProgram> {
  const server = await startServer([...site.args, '--socket', path, '--internal-address', '127.0.0.1:0']);
  await vi.waitUntil(() => server.stderr().includes(`Listening on unix://${path}`), { timeout: 10_000 });
  return server;
}

async function listenAt(where: string): Promise<Server> {
  const server = createServer().listen(where);
  await once(server, 'listening');
  return server;
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));

describe.skipIf(process.platform === 'win32')('--socket', () => {
  it('serves there, for owner and group only, and takes the socket away at the end', async () => {
    const server = await startOnSocket();

    const { status, body } = await ask({ socketPath: path, path: '/health' });
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'healthy' }]);
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    for (const parent of ['run', 'run/deep']) {
      expect((await stat(join(site.directory, parent))).mode & 0o777).toBe(0o750 & ~process.umask());
    }

    expect(await server.stop()).toBe(0);
    await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('replaces a socket on which nobody listens, as kill -9 leaves it', async () => {
    const first = await startOnSocket();
    await first.stop('SIGKILL');
    expect((await lstat(path)).isSocket()).toBe(true);

    const second = await startOnSocket();

    expect((await ask({ socketPath: path, path: '/health' })).status).toBe(200);
    expect(await second.stop()).toBe(0);
  });

  it('replaces a dead socket of somebody else', async () => {
    path = join(site.directory, 'dead.sock');
    const dead = await listenAt(`${path}.made`);
    await rename(`${path}.made`, path);
    await close(dead);

    const server = await startOnSocket();

    expect(await server.stop()).toBe(0);
  });

  it('refuses a live socket and leaves it', async () => {
    path = join(site.directory, 'live.sock');
    const live = await listenAt(path);

    const { code, stderr } = await runProgram(['serve', ...site.args, '--socket', path]);

    expect(code).toBe(1);
    expect(withoutLog(stderr)).toBe(`error: Another process is listening on ${path}\n`);
    expect((await lstat(path)).isSocket()).toBe(true);
    await close(live);
  });

  it('refuses a path that is a file and leaves it', async () => {
    path = join(site.directory, 'file');
    await writeFile(path, 'precious');

    const { code, stderr } = await runProgram(['serve', ...site.args, '--socket', path]);

    expect(code).toBe(1);
    expect(withoutLog(stderr)).toMatch(/^error: .*file exists and is not a socket.*\n$/);
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it.each([String.raw`\\.\pipe\x`, String.raw`\\.\PIPE\x`])('refuses %s', async (pipe) => {
    const { code, stderr } = await runProgram(['serve', ...site.args, '--socket', pipe]);

    expect(code).toBe(1);
    expect(stderr).toBe('error: named pipe addresses are only supported on Windows\n');
  });

  it('overrides --address, --host and --port', async () => {
    const others = ['--host', '127.0.0.1', '--port', '1'];
    const server = await startServer([
      ...site.args,
      '--socket',
      path,
      '--internal-address',
      '127.0.0.1:0',
      ...others,
    ]);

    await vi.waitUntil(() => server.stderr().includes(`Listening on unix://${path}`), { timeout: 10_000 });
    expect(await server.stop()).toBe(0);
  });
});
