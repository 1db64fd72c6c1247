import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { drainServer } from './connection-drain.js';
import { watchConnections } from './connection-watch.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function start(handler: Handler): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: 65_000 }, handler);
  watchConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** The outcome of one request; `port` is the client's own, by which the server knows whether it accepted it. */
interface Outcome {
  readonly result: 'complete' | 'broken';
  readonly port: number | undefined;
  readonly connection?: string | undefined;
}

function ask(port: number, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    let own: number | undefined;
    const asked = get({ host: '127.0.0.1', port, agent }, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => (length += chunk.length));
      response.on('error', () => resolve({ result: 'broken', port: own }));
      response.on('end', () =>
        resolve({
          result: response.complete && length === 20_000 ? 'complete' : 'broken',
          port: own,
          connection: response.headers.connection,
        }),
      );
    });
    asked.on('socket', (socket: Socket) => {
      own = socket.localPort;
      if (socket.connecting) socket.once('connect', () => (own = socket.localPort));
    });
    asked.on('error', () => resolve({ result: 'broken', port: own }));
  });
}

describe('drainServer', () => {
  it('cuts no request of 50 busy keep-alive clients', async () => {
    const { server, port } = await start((_request, response) => {
      setTimeout(() => response.end(Buffer.alloc(20_000)), Math.random() * 10);
    });
    const accepted = new Set<number | undefined>();
    server.on('connection', (socket: Socket) => accepted.add(socket.remotePort));
    const outcomes: Outcome[] = [];
    const drained = new AbortController();
    const clients = Array.from({ length: 50 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!drained.signal.aborted) {
        const outcome = await ask(port, agent);
        outcomes.push(outcome);
        // What is refused has to wait as real clients do; the others ask again at random moments.
        await wait(outcome.result === 'broken' ? 20 : Math.random() * 8);
      }
      agent.destroy();
    });
    // Every client is busy on a connection that it has used before.
    while (outcomes.length < 150) await wait(10);

    await drainServer(server, { graceMs: 10_000, quietMs: 200 });
    drained.abort();
    await Promise.all(clients);

    const complete = outcomes.filter(({ result }) => result === 'complete');
    const cut = outcomes.filter((outcome) => outcome.result === 'broken' && accepted.has(outcome.port));
    expect(cut).toEqual([]);
    expect(complete.some(({ connection }) => connection === 'close')).toBe(true);
  });

  it('ends the connection of a request that was under way', async () => {
    const { server, port } = await start((_request, response) => {
      setTimeout(() => response.end(Buffer.alloc(20_000)), 150);
    });
    const asked = ask(port, new Agent({ keepAlive: true }));
    await once(server, 'request');

    await drainServer(server, { graceMs: 5000 });

    expect(await asked).toMatchObject({ result: 'complete', connection: 'close' });
  });

  it('serves a request that arrives on an idle connection while draining', async () => {
    const { server, port } = await start((_request, response) => response.end('late'));
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    await once(server, 'connection');
    let received = '';
    socket.on('data', (text: string) => (received += text));

    const drained = drainServer(server, { graceMs: 5000, quietMs: 400 });
    await wait(150);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await drained;
    await wait(20);

    expect(received).toContain('Connection: close');
    expect(received).toContain('late');
  });

  it('closes idle connections after the quiet time', async () => {
    const { server, port } = await start((_request, response) => response.end(Buffer.alloc(20_000)));
    const agent = new Agent({ keepAlive: true });
    await ask(port, agent);
    const begun = performance.now();

    await drainServer(server, { graceMs: 5000, quietMs: 200 });

    expect(performance.now() - begun).toBeGreaterThanOrEqual(190);
    expect(performance.now() - begun).toBeLessThan(2000);
    agent.destroy();
  });

  it('cuts what outlasts the grace time, or at once when told to', async () => {
    for (const options of [{ graceMs: 100 }, { graceMs: 60_000, signal: AbortSignal.timeout(50) }]) {
      const { server, port } = await start(() => undefined);
      const asked = ask(port, new Agent());
      await once(server, 'request');

      await drainServer(server, options);

      expect(await asked).toMatchObject({ result: 'broken' });
    }
  });

  it('resolves for a server that does not listen', async () => {
    await expect(drainServer(createServer(), { graceMs: 10 })).resolves.toBeUndefined();
  });
});
