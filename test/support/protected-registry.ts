import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type OutgoingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { loadConfig } from '../../src/config/config.loader.js';
import { LiveConfig } from '../../src/config/live-config.js';
import type { RegistryConfig } from '../../src/config/registry-config.js';
import { Readiness } from '../../src/health/readiness.js';
import { RegistryAdapter } from '../../src/http/registry-adapter.js';
import { createApp } from '../../src/server.js';
import { Answer } from './registry-server.js';

/** The whole application in this process, on a port of 127.0.0.1 and a store in memory. */
export class ProtectedRegistry {
  private readonly directory = mkdtempSync(join(tmpdir(), 'protected-'));
  private app: NestExpressApplication | undefined;
  port = 0;

  /** Starts with a configuration that leaves out where to store things. */
  async start(config: object, env: Readonly<Record<string, string>> = {}): Promise<this> {
    this.app = await createApp(await this.read(config, env), QUIET, true);
    await this.app.listen(0, '127.0.0.1');
    this.port = (this.app.getHttpServer().address() as AddressInfo).port;
    const deadline = Date.now() + 30_000;
    while (!this.app.get(Readiness, { strict: false }).isReady) {
      if (Date.now() > deadline) throw new Error('The registry is not ready in time');
      await sleep(20);
    }
    return this;
  }

  /** Replaces the configuration of the running server; what sources hold is read again a little later. */
  async reload(config: object): Promise<void> {
    const next = await this.read(config, {});
    this.app?.get(LiveConfig, { strict: false }).replace(next);
  }

  /** Sends a request; a token goes into the header that it belongs to. */
  send(method: string, path: string, { token, headers = {}, body }: ProtectedSending = {}): Promise<Answer> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const options = { port: this.port, host: '127.0.0.1', method, path };
      const sent = request({ ...options, headers: { ...authorization, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: received } = response;
          resolve(new Answer(statusCode, received, Buffer.concat(chunks)));
        });
      });
      sent.on('error', reject).end(body);
    });
  }

  get(path: string, token?: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.send('GET', path, { token, headers });
  }

  /** Every route of the controllers, with values for its parameters. */
  routes(): Route[] {
    const adapter: unknown = this.app?.getHttpAdapter();
    if (!(adapter instanceof RegistryAdapter)) throw new Error('The registry does not run');
    return (adapter.routes as unknown as RouterStack).stack
      .flatMap(({ route }) => {
        if (route === undefined) return [];
        const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
        return methods.map((method) => ({ method, path: filledPath(route.path) }));
      })
      .filter(({ path }) => !path.startsWith('/api/doc'));
  }

  private async read(config: object, env: Readonly<Record<string, string>>): Promise<RegistryConfig> {
    const path = join(this.directory, 'config.json');
    const fileStorage = { baseDir: join(this.directory, 'store') };
    writeFileSync(path, JSON.stringify({ fileStorage, ...config }));
    return (await loadConfig({ path, env })).config;
  }

  async close(): Promise<void> {
    await this.app?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What is sent besides method and path. */
export interface ProtectedSending {
  readonly token?: string | undefined;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** A method and a path that some controller answers. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

interface RouterStack {
  readonly stack: readonly {
    readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  }[];
}

function filledPath(pattern: string): string {
  const values: Readonly<Record<string, string>> = {
    registry: 'default',
    version: '1.0.0',
    name: 'com.example%2Ftool',
  };
  return pattern
    .replace(/:(\w+)/g, (_match, parameter: string) => values[parameter] ?? 'some')
    .replace(/\/\*\w+$/, '/some');
}

const QUIET = { log() {}, warn() {}, error() {}, debug() {}, verbose() {} };
