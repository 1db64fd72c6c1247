import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { type RunningProgram, startServer } from './program.js';

const READY_WITHIN_MS = 30_000;

/** An answer as it came over the wire: nothing was decompressed, redirected or parsed. */
export class Answer {
  constructor(
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
    readonly body: Buffer,
  ) {}

  get text(): string {
    return this.body.toString('utf8');
  }

  /** The body as JSON; the caller says what it expects to find in it. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- shorter than a cast around every call
  json<T = unknown>(): T {
    return JSON.parse(this.text) as T;
  }
}

/** What is sent besides method and path. */
export interface Sending {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** An item of a list of servers, as far as tests look into it. */
export interface ServerItem {
  readonly server: { readonly name: string; readonly version: string; readonly description: string };
  readonly _meta: {
    readonly 'io.modelcontextprotocol.registry/official': {
      readonly status: string;
      readonly isLatest: boolean;
      readonly publishedAt: string;
      readonly updatedAt: string;
      readonly statusMessage?: string;
    };
    readonly 'dev.toolhive.registry': { readonly source: string; readonly revision: number };
  };
}

/** The envelope of every list of servers. */
export interface ServerList {
  readonly servers: ServerItem[];
  readonly metadata: { readonly count: number; readonly nextCursor?: string };
}

/** How a server is set up for a spec. */
export interface RegistryOptions {
  /** Its configuration, made when the server starts; without one it serves the sample registry. */
  readonly config?: (directory: string) => object;
  /** False for a server whose first rounds shall not be waited for. */
  readonly isReady?: boolean;
}

/** A running program with a directory of its own. Paths are sent exactly as they are written. */
export class RegistryServer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private program: RunningProgram | undefined;
  /** A directory for the files of this server, once it runs; its store lies here. */
  directory = '';
  private settings: readonly string[] = [];

  /** Where the server listens, without a slash at its end. */
  get url(): string {
    return this.program?.url ?? '';
  }

  /** What it has printed to standard error since its last start. */
  log(): string {
    return this.program?.stderr() ?? '';
  }

  async start({ config, isReady = true }: RegistryOptions): Promise<void> {
    this.directory = mkdtempSync(join(tmpdir(), 'registry-e2e-'));
    this.settings = config === undefined ? [] : ['--config', this.writeConfig(config(this.directory))];
    await this.run(isReady);
  }

  /** Stops the program as an operator does, and starts it on the same configuration and store. */
  async restart({ isReady = true }: Pick<RegistryOptions, 'isReady'> = {}): Promise<void> {
    await this.program?.stop();
    await this.run(isReady);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.program?.stop('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.send('GET', path, { headers });
  }

  send(method: string, path: string, { headers = {}, body }: Sending = {}): Promise<Answer> {
    const { hostname, port } = new URL(this.url);
    // For some methods Node's client would send a body without saying how long it is.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, path, method, headers: { ...length, ...headers }, agent: this.agent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve(new Answer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** One page of servers; fails with the body when it is none. */
  async list(path: string): Promise<ServerList> {
    const answer = await this.get(path);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.json<ServerList>();
  }

  /** All pages, from the first to the end. Later ones send nothing but the cursor and what `next` adds. */
  async pages(path: string, next = ''): Promise<ServerList[]> {
    const [route = ''] = path.split('?');
    const pages = [await this.list(path)];
    for (;;) {
      const cursor = pages.at(-1)?.metadata.nextCursor;
      if (cursor === undefined) return pages;
      pages.push(await this.list(`${route}?${next}cursor=${cursor}`));
    }
  }

  /** Asks again and again until it is so. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error('It has not become so in time');
      await sleep(25);
    }
  }

  /**
   * Readiness has specs of its own. Here a server has started when each source was tried, and each registry with a
   * source that succeeded shows entries.
   */
  private async serves(): Promise<boolean> {
    const readiness = await this.get('/readiness');
    if (readiness.status !== 200) return false;
    const { components } = readiness.json<{ components: Record<string, { status: string }> }>();
    if (Object.values(components).some(({ status }) => status === 'waiting')) return false;
    const { registries } = (await this.get('/registry')).json<{
      registries: { name: string; sources: string[] }[];
    }>();
    const readable = registries.filter(({ sources }) =>
      sources.some((source) => components[`source:${source}`]?.status === 'ok'),
    );
    const lists = await Promise.all(
      readable.map(({ name }) => this.get(`/registry/${name}/v0.1/servers?limit=1`)),
    );
    return lists.every(({ status }) => status === 200);
  }

  private async run(isReady: boolean): Promise<void> {
    this.program = await startServer(this.settings, { cwd: this.directory });
    if (isReady) await this.until(() => this.serves());
  }

  private writeConfig(config: object): string {
    const path = join(this.directory, 'config.json');
    writeFileSync(
      path,
      JSON.stringify({ fileStorage: { baseDir: join(this.directory, 'store') }, ...config }),
    );
    return path;
  }
}

/** One server for all tests of the surrounding block. */
export function useRegistry(options: RegistryOptions = {}): RegistryServer {
  const registry = new RegistryServer();
  beforeAll(() => registry.start(options));
  afterAll(() => registry.close());
  return registry;
}

/** `name@version` of each item: what a list shows, in its order. */
export function listed({ servers }: Pick<ServerList, 'servers'>): string[] {
  return servers.map(({ server }) => `${server.name}@${server.version}`);
}

/** A source with the data written into the configuration. */
export function inlineSource(name: string, data: unknown): object {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return { name, file: { data: text }, syncPolicy: { interval: '1h' } };
}
