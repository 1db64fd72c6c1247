import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../support/program.js';

/** Starts a server for one test and returns its port. */
async function listen(
  answer: RequestListener,
  where: ListenOptions = { port: 0, host: '127.0.0.1' },
): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(where, resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('healthcheck', () => {
  it('ends with 0 when the server answers 200, asking /readiness by itself', async () => {
    const asked: (string | undefined)[] = [];
    const port = await listen((request, response) => {
      asked.push(request.url);
      response.end('{"status":"ready"}');
    });

    const { code, stdout, stderr } = await runProgram(['healthcheck', `http://127.0.0.1:${port}`]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`http://127.0.0.1:${port}/readiness answered 200: healthy\n`);
    expect(asked).toEqual(['/readiness']);
  });

  it('asks exactly the path that is given', async () => {
    const asked: (string | undefined)[] = [];
    const port = await listen((request, response) => {
      asked.push(request.url);
      response.end();
    });

    const { code } = await runProgram(['healthcheck', `http://127.0.0.1:${port}/health?full=1`]);

    expect({ code, asked }).toEqual({ code: 0, asked: ['/health?full=1'] });
  });

  it('ends with 1 and the reason on one line when the server is not ready', async () => {
    const port = await listen((_request, response) => {
      response.writeHead(503).end('{"error":\n"service not ready"}');
    });

    const { code, stdout, stderr } = await runProgram(['healthcheck', `http://127.0.0.1:${port}`]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `error: http://127.0.0.1:${port}/readiness answered 503: {"error": "service not ready"}\n`,
    );
  });

  it('follows no redirection', async () => {
    const port = await listen((_request, response) => {
      response.writeHead(302, { location: '/' }).end();
    });

    expect((await runProgram(['healthcheck', `http://127.0.0.1:${port}`])).code).toBe(1);
  });

  it('gives up after three seconds, even in the middle of an answer', async () => {
    const port = await listen((_request, response) => {
      response.writeHead(200).write('{');
    });
    const started = performance.now();

    const { code, stderr } = await runProgram(['healthcheck', `http://127.0.0.1:${port}`]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: \S+ did not answer within 3 s\n$/);
    expect(performance.now() - started).toBeGreaterThan(2500);
  });

  it('ends with 1 when nothing listens', async () => {
    const { code, stderr } = await runProgram(['healthcheck', 'http://127.0.0.1:1/health']);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: nothing listens at http:\/\/127\.0\.0\.1:1\/health[^\n]*\n$/);
  });

  it.skipIf(process.platform === 'win32')('asks through a Unix domain socket', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'healthcheck-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, 'server.sock');
    await listen((_request, response) => response.end(), { path });

    const present = await runProgram(['healthcheck', `unix://${path}`]);
    const absent = await runProgram(['healthcheck', `unix://${path}.other`]);

    expect([present.code, absent.code]).toEqual([0, 1]);
  });
});
