import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ClusterClient } from '../../src/common/cluster-client.js';
import { leaseProblem } from '../../src/database/lease-record.js';
import { clusterProblem } from '../../src/sources/kubernetes/cluster-problem.js';

const servers = new Set<Server>();
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** Speaks to a server that says the same to everybody, and nothing else. */
async function clientOf(words: string, silenceLimitMs?: number): Promise<ClusterClient> {
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.write(words);
  });
  servers.add(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const access = { server: url, namespace: undefined, options: () => Promise.resolve({}) };
  return new ClusterClient(access, silenceLimitMs);
}

describe('an API server that takes a connection and falls silent', () => {
  it.each([
    ['at once', ''],
    ['in the middle of an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'],
  ])('%s is said to be late', async (_when, words) => {
    const client = await clientOf(words);
    const { server } = client;

    const error: unknown = await client
      .get('/apis', AbortSignal.timeout(200))
      .catch((reason: unknown) => reason);

    expect(clusterProblem(error, { server, plural: 'mcpservers', namespace: 'a' })).toMatchObject({
      code: 'time-limit-exceeded',
      message: `${server} does not answer in time`,
    });
    expect(leaseProblem(error, 'store', 'a', server).message).toContain('does not answer in time');
  });
});

describe('a watch in which nothing happens', () => {
  it('ends without a complaint, with what came before', async () => {
    const event = JSON.stringify({ type: 'ADDED' });
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const client = await clientOf(`${head}${(event.length + 1).toString(16)}\r\n${event}\n\r\n`, 100);
    const events: unknown[] = [];

    for await (const one of client.watch('/watch', AbortSignal.timeout(20_000), () => undefined))
      events.push(one);

    expect(events).toEqual([{ type: 'ADDED' }]);
  });

  it('fails when its connection breaks', async () => {
    const client = await clientOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 20_000);
    const breakOff = () => sockets.forEach((socket) => socket.resetAndDestroy());
    const events = client.watch('/watch', AbortSignal.timeout(20_000), breakOff);

    await expect(events.next()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
