import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOn } from './listen.js';

let directory: string;
const servers: Server[] = [];

function newServer(): Server {
  const server = createServer((_request, response) => response.end('hello'));
  servers.push(server);
  return server;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listen-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
  await rm(directory, { recursive: true });
});

describe('listenOn a port', () => {
  it('prints the port the system chose', async () => {
    const url = await listenOn(newServer(), { kind: 'tcp', host: '127.0.0.1', port: 0 });

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  it('names an address in use', async () => {
    const url = await listenOn(newServer(), { kind: 'tcp', host: '127.0.0.1', port: 0 });
    const port = Number(new URL(url).port);

    await expect(listenOn(newServer(), { kind: 'tcp', host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'conflict',
      message: `Address 127.0.0.1:${port} is already in use`,
    });
  });

  it('names an address this machine does not have', async () => {
    await expect(listenOn(newServer(), { kind: 'tcp', host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: 'Cannot listen on 192.0.2.1:0: EADDRNOTAVAIL',
    });
  });
});

describe.skipIf(process.platform === 'win32')('listenOn a Unix socket', () => {
  it('makes its directories and the socket, and removes it on close', async () => {
    const path = join(directory, 'a', 'b', 'thv.sock');
    const server = newServer();

    const url = await listenOn(server, { kind: 'socket', path });

    expect(url).toBe(`unix://${path}`);
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o750);
    expect(await askSocket(path)).toBe('hello');
    await new Promise((resolve) => server.close(resolve));
    expect(existsSync(path)).toBe(false);
  });

  it('replaces a socket on which nobody answers', async () => {
    const path = join(directory, 'stale.sock');
    leaveStaleSocket(path);
    expect((await stat(path)).isSocket()).toBe(true);

    await listenOn(newServer(), { kind: 'socket', path });

    expect(await askSocket(path)).toBe('hello');
  });

  it('leaves a live socket alone', async () => {
    const path = join(directory, 'live.sock');
    const other = createNetServer((socket) => socket.end()).listen(path);
    await once(other, 'listening');

    await expect(listenOn(newServer(), { kind: 'socket', path })).rejects.toMatchObject({
      code: 'conflict',
      message: `Another process is listening on ${path}`,
    });

    expect(existsSync(path)).toBe(true);
    await new Promise((resolve) => other.close(resolve));
  });

  it('leaves a file alone that is not a socket', async () => {
    const path = join(directory, 'notes.txt');
    await writeFile(path, 'keep me');

    await expect(listenOn(newServer(), { kind: 'socket', path })).rejects.toMatchObject({ code: 'conflict' });

    expect(await readFile(path, 'utf8')).toBe('keep me');
  });

  it('refuses a path that the system would cut and one below a file', async () => {
    const long = join(directory, 'x'.repeat(120));
    const file = join(directory, 'file');
    await writeFile(file, '');

    for (const path of [long, join(file, 'a.sock')]) {
      await expect(listenOn(newServer(), { kind: 'socket', path })).rejects.toMatchObject({
        code: 'invalid-configuration',
      });
    }
  });
});

/** A process that is killed cannot remove its socket. */
function leaveStaleSocket(path: string): void {
  const program = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program, path]);
}

async function askSocket(path: string): Promise<string> {
  const asked = request({ socketPath: path, path: '/', agent: false }).end();
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}
