import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startServer } from '../../support/program.js';
import { ask, listedTitles, makeSite, type Site, STATE_SIZE, withoutLog } from './site.js';

let site: Site;

beforeEach(async () => {
  site = await makeSite();
  await site.writeState(1);
});

afterEach(() => site.remove());

async function startFilled() {
  const server = await startServer(site.args);
  await vi.waitFor(async () => expect(await listedTitles(server.url)).toHaveLength(STATE_SIZE), {
    timeout: 20_000,
  });
  return server;
}

/** Asks on one connection after the other until nobody accepts any more. Returns what went wrong meanwhile. */
async function askUntilRefused(url: string, seen: { answers: number }): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(url);
  const faults: string[] = [];
  for (;;) {
    try {
      const { status, body } = await ask({ hostname, port, agent, path: '/v0.1/servers?limit=100' });
      seen.answers += 1;
      if (status !== 200 || JSON.parse(body).servers.length !== STATE_SIZE) faults.push(`${status}: ${body}`);
    } catch (error) {
      const { code, onReusedConnection } = error as NodeJS.ErrnoException & { onReusedConnection?: boolean };
      // A connection that was never used may have waited in the queue of the system when the listener went.
      if (onReusedConnection === true) faults.push(`a connection was cut: ${code}`);
      agent.destroy();
      return faults;
    }
  }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('under load ends with 0 and cuts no request', async () => {
    const server = await startFilled();
    const seen = { answers: 0 };
    const clients = Array.from({ length: 8 }, () => askUntilRefused(server.url, seen));
    await vi.waitFor(() => expect(seen.answers).toBeGreaterThan(200), { timeout: 20_000, interval: 5 });

    const code = await server.stop(signal);

    expect(code).toBe(0);
    expect((await Promise.all(clients)).flat()).toEqual([]);
    expect(withoutLog(server.stderr())).toBe('');
    expect(server.stderr()).not.toContain('"level":"error"');
    expect(server.stderr()).toContain('"Stopped"');
  });

  it('while a round is under way ends with 0, and the store can be opened again', async () => {
    for (let round = 0; round < 3; round += 1) {
      await site.writeState(round);
      const server = await startServer(site.args);
      expect(await server.stop(signal)).toBe(0);
    }
    const server = await startFilled();
    expect(await server.stop(signal)).toBe(0);
  });
});

describe('while it drains', () => {
  it('the server is not ready, answers what is asked on open connections, and closes each after its answer', async () => {
    const server = await startFilled();
    const { hostname, port } = new URL(server.url);
    const asks = ['/readiness', '/v0.1/servers'].map(async (path) => {
      const socket = connect(Number(port), hostname);
      let received = '';
      socket.setEncoding('utf8').on('data', (text: string) => (received += text));
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
      await vi.waitUntil(() => received.includes('healthy'), { timeout: 5_000, interval: 5 });
      received = '';
      return async () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await once(socket, 'close');
        return received;
      };
    });
    const goOn = await Promise.all(asks);

    const stopped = server.stop('SIGTERM');
    await vi.waitUntil(() => server.stderr().includes('Stopping'), { timeout: 5_000, interval: 5 });
    const [readiness, list] = await Promise.all(goOn.map((go) => go()));

    expect(readiness).toMatch(/^HTTP\/1\.1 503 /);
    expect(readiness).toMatch(/\r\nConnection: close\r\n/i);
    expect(list).toMatch(/^HTTP\/1\.1 200 /);
    expect(await stopped).toBe(0);
  });

  it('idle connections do not hold it up', async () => {
    const server = await startFilled();
    const { hostname, port } = new URL(server.url);
    const sockets = Array.from({ length: 20 }, () => connect(Number(port), hostname));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // Those that the system accepted and the program had not yet may be reset; they end all the same.
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    const closed = Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    const begun = Date.now();

    expect(await server.stop()).toBe(0);

    expect(Date.now() - begun).toBeLessThan(10_000);
    await closed;
  });
});
