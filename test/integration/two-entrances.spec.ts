import 'reflect-metadata';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/config.loader.js';
import { configureHttp } from '../../src/http/configure-http.js';
import { listenOn } from '../../src/http/listen.js';
import { RegistryAdapter } from '../../src/http/registry-adapter.js';
import { canonicalPath } from '../../src/registry/canonical-path.js';
import { ReadPath } from '../../src/registry/read-path.js';
import { anyRequest, CATALOGUE, type GeneratedRequest } from '../support/read-requests.js';
import { inlineSource } from '../support/registry-server.js';

const SEED = 7;
const REQUESTS = 2_500;
const AT_ONCE = 8;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const directory = mkdtempSync(join(tmpdir(), 'two-entrances-'));
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
let app: NestExpressApplication;
let plain: Server;
/** Ports of the listener with both entrances, and of the one whose requests all go through Nest. */
let ports: { readonly both: number; readonly nest: number };
let answeredEarly = 0;

async function send(port: number, { method, path, headers }: GeneratedRequest): Promise<Reply> {
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent });
  sent.end();
  const [response] = (await once(sent, 'response')) as [
    NodeJS.ReadableStream & Reply & { statusCode: number },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { date: _date, 'x-request-id': id, ...rest } = response.headers;
  const isMade = headers['x-request-id'] === undefined || headers['x-request-id'] !== id;
  return {
    status: response.statusCode,
    headers: { ...rest, 'x-request-id': isMade ? typeof id : id },
    body: Buffer.concat(chunks).toString('latin1').replaceAll(String(id), 'ID'),
  };
}

beforeAll(async () => {
  const path = join(directory, 'config.json');
  const sources = Object.entries(CATALOGUE).map(([name, data]) => inlineSource(name, data));
  const registries = [
    { name: 'default', sources: ['upper', 'lower'] },
    { name: 'one', sources: ['lower'] },
  ];
  const fileStorage = { baseDir: join(directory, 'data') };
  const server = { cors: { origins: ['https://known.example'] } };
  writeFileSync(path, JSON.stringify({ sources, registries, fileStorage, server }));
  const { config } = await loadConfig({ path, env: {} });
  const adapter = new RegistryAdapter();
  adapter.usePathRewriter(canonicalPath);
  app = await NestFactory.create<NestExpressApplication>(AppModule.forConfig(config), adapter, {
    logger: false,
    bodyParser: false,
  });
  const headers = configureHttp(app, {
    corsOrigins: config.server.cors.origins,
    maxBodySize: config.server.maxBodySize,
  });
  const readPath = app.get(ReadPath);
  adapter.useBeforeRouting((incoming, response) => {
    if (incoming.socket.localPort !== ports.both || !readPath.answer(incoming, response, headers))
      return false;
    answeredEarly += 1;
    return true;
  });
  await app.init();
  const main = app.getHttpServer();
  await listenOn(main, { kind: 'tcp', host: '127.0.0.1', port: 0 });
  plain = createServer((incoming, response) => main.emit('request', incoming, response));
  plain.keepAliveTimeout = main.keepAliveTimeout;
  await listenOn(plain, { kind: 'tcp', host: '127.0.0.1', port: 0 });
  ports = { both: (main.address() as AddressInfo).port, nest: (plain.address() as AddressInfo).port };
  await untilServed();
}, 60_000);

afterAll(async () => {
  agent.destroy();
  plain.close();
  await app.close();
  rmSync(directory, { recursive: true, force: true });
});

async function untilServed(): Promise<void> {
  const deadline = Date.now() + 30_000;
  const isServed = async (path: string) =>
    (await send(ports.nest, { method: 'GET', path, headers: {} })).status === 200;
  while (!(
    (await isServed('/v0.1/servers/up.example%2Fboth')) && (await isServed('/registry/one/v0.1/servers'))
  )) {
    if (Date.now() > deadline) throw new Error('The sources were not read in time');
    await sleep(25);
  }
}

describe('a request before Express and the same through Nest', () => {
  it('get the same status, headers and bytes', async () => {
    const etags = await Promise.all(
      ['/v0.1/servers', '/v0.1/servers/up.example%2Fboth', '/v0.1/servers?limit=3'].map(async (path) => {
        const { headers } = await send(ports.nest, { method: 'GET', path, headers: {} });
        return String(headers['etag']);
      }),
    );
    const requests = fc.sample(anyRequest(etags), { seed: SEED, numRuns: REQUESTS });
    const statuses = new Map<number, number>();
    const differences: unknown[] = [];
    async function compareOthers(): Promise<void> {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
        const [early, late] = [await send(ports.both, next), await send(ports.nest, next)];
        statuses.set(late.status, (statuses.get(late.status) ?? 0) + 1);
        if (JSON.stringify(sorted(early)) !== JSON.stringify(sorted(late)))
          differences.push({ next, early, late });
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, compareOthers));

    expect(differences.slice(0, 2)).toEqual([]);
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 304, 400, 404]));
    // Enough of them are answered early, or the comparison would say nothing.
    expect(answeredEarly).toBeGreaterThan(REQUESTS / 5);
  }, 120_000);
});

function sorted({ status, headers, body }: Reply): unknown {
  return [status, Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)), body];
}
