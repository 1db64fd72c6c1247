import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

/** A request as it arrived. */
export interface Asked {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly path: string;
  readonly limit: number;
  readonly cursor: string | null;
  /** `updated_since`, as sent. */
  readonly since: string | null;
  readonly includeDeleted: string | null;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** True for a page of servers, false for the requests that look whether there is a registry and what it understands. */
  readonly isPage: boolean;
}

/** Something that goes wrong: answers the request itself and says true, or leaves it to the next. */
export type Fault = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>;

/** An item of a list of servers with an official block, as the official registry makes it. */
export function listedServer(server: object, official: object = {}, more: object = {}): object {
  const time = '2025-10-01T12:00:00Z';
  const block = {
    status: 'active',
    statusChangedAt: time,
    publishedAt: time,
    updatedAt: time,
    isLatest: true,
  };
  return { server, _meta: { [OFFICIAL]: { ...block, ...official }, ...more } };
}

/**
 * A registry on a free port of 127.0.0.1 that speaks v0.1 over real sockets, and misbehaves as told. Its cursor for the
 * item `n` is `n: +/é&`, which arrives only when it was encoded.
 */
export class UpstreamRegistry {
  servers: readonly unknown[] = [];
  /** Absent: their routes answer 404. */
  skills: readonly unknown[] | undefined;
  plugins: readonly unknown[] | undefined;
  /** Instead of every list of servers, these bytes. */
  content: string | Uint8Array | undefined;
  /** Items of a page, however many were asked for. */
  pageSize = 100;
  /** Where its routes lie. */
  root = '/v0.1';
  /** Members of `metadata` besides the cursor; null for no `metadata` at all. */
  metadata: ((count: number) => object) | null = (count) => ({ count });
  /** What the last page says in place of a cursor. */
  end: object = {};
  /** Understands `updated_since`, and shows deleted servers only then, as the official registry does. */
  tellsChanges = false;
  faults: Fault[] = [];
  readonly asked: Asked[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.answer(request, response).catch(() => response.destroy());
  });

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Requests for pages of servers, the first look not counted. */
  get pages(): readonly Asked[] {
    return this.asked.filter(({ isPage }) => isPage);
  }

  static async open(): Promise<UpstreamRegistry> {
    const registry = new UpstreamRegistry();
    await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await this.read(request);
    this.asked.push(asked);
    for (const fault of this.faults) if (await fault(asked, response)) return;
    const name = asked.path.startsWith(`${this.root}/`) ? asked.path.slice(this.root.length + 1) : '';
    if (name === 'servers' && this.content !== undefined) {
      response.setHeader('content-type', 'application/json').end(this.content);
      return;
    }
    if (name === 'servers') return this.list(response, 'servers', this.visibleServers(asked), asked);
    const extension = /^x\/dev\.toolhive\/(skills|plugins)$/.exec(name)?.[1] as
      'skills' | 'plugins' | undefined;
    const items = extension && this[extension];
    if (extension !== undefined && items !== undefined) return this.list(response, extension, items, asked);
    reply(response, 404, { title: 'Not Found', status: 404 });
  }

  private visibleServers({ since, includeDeleted }: Asked): readonly unknown[] {
    if (!this.tellsChanges) return this.servers;
    return this.servers.filter((server) => {
      const { status, updatedAt } = officialOf(server);
      if (since !== null) return updatedAt !== undefined && Date.parse(updatedAt) > Date.parse(since);
      return status !== 'deleted' || includeDeleted === 'true';
    });
  }

  private list(response: ServerResponse, name: string, items: readonly unknown[], asked: Asked): void {
    const start = asked.cursor === null ? 0 : Number(/^(\d+): \+\/é&$/.exec(asked.cursor)?.[1]);
    const stop = start + Math.min(this.pageSize, asked.limit);
    const page = items.slice(start, stop);
    const cursor = stop < items.length ? { nextCursor: `${stop}: +/é&` } : this.end;
    const metadata = this.metadata && { metadata: { ...cursor, ...this.metadata(page.length) } };
    reply(response, 200, { [name]: page, ...metadata });
  }

  private async read(request: IncomingMessage): Promise<Asked> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    const { method = '', url: target = '', headers } = request;
    const { pathname: path, searchParams } = new URL(target, 'http://localhost');
    const limit = Number(searchParams.get('limit') ?? 30);

    const [cursor, since, includeDeleted] = ['cursor', 'updated_since', 'include_deleted'].map((name) =>
      searchParams.get(name),
    );
    const isLook = limit === 1 || since?.startsWith('9999') === true;
    return {
      method,
      target,
      path,
      limit,
      cursor: cursor ?? null,
      since: since ?? null,
      includeDeleted: includeDeleted ?? null,
      headers,
      body,
      isPage: path === `${this.root}/servers` && !isLook,
    };
  }
}

function officialOf(item: unknown): { readonly status?: string; readonly updatedAt?: string } {
  const { _meta: meta } = item as { readonly _meta?: Record<string, object> };
  return meta?.[OFFICIAL] ?? {};
}

/** Answers with JSON. */
export function reply(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Which requests a fault strikes, and how often. */
export interface Strike {
  /** Number of the page of servers, from 1; every request when absent. */
  readonly page?: number;
  /** For ever when absent. */
  readonly times?: number;
}

function striking({ page, times = Infinity }: Strike, act: Fault): Fault {
  let left = times;
  const cursors: (string | null)[] = [];
  return (asked, response) => {
    // A page that is asked for again is still the same page.
    if (asked.isPage && !cursors.includes(asked.cursor)) cursors.push(asked.cursor);
    const isMeant = page === undefined || (asked.isPage && cursors.indexOf(asked.cursor) + 1 === page);
    if (!isMeant || left <= 0) return false;
    left -= 1;
    return act(asked, response);
  };
}

/** Answers with a status. */
export function failing(strike: Strike & { status: number; headers?: object; body?: string }): Fault {
  const { status, headers = {}, body = '{"title":"Failing"}' } = strike;
  return striking(strike, (_asked, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return true;
  });
}

/** Answers later than wanted. */
export function slow(strike: Strike & { milliseconds: number }): Fault {
  return striking(strike, async () => {
    await sleep(strike.milliseconds);
    return false;
  });
}

/** Ends the connection in the middle of an answer. */
export function breaking(strike: Strike): Fault {
  return striking(strike, (_asked, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{"servers":[', () => response.destroy());
    return true;
  });
}

/** Sends zeros: so many, and says so first, or without end. */
export function zeros(bytes?: number): Fault {
  return async (_asked, response) => {
    const length = bytes === undefined ? {} : { 'content-length': bytes };
    response.writeHead(200, { 'content-type': 'application/json', ...length });
    // The reader leaves when it has had enough.
    await pipeline(blocksOfZeros(bytes ?? Infinity), response).catch(() => {});
    return true;
  };
}

function* blocksOfZeros(bytes: number): Generator<Buffer> {
  const block = Buffer.alloc(64 * 1024, '0');
  for (let left = bytes; left > 0; left -= block.length) {
    yield left < block.length ? block.subarray(0, left) : block;
  }
}

/** Lets nobody in without this bearer token. */
export function guarded(token: () => string): Fault {
  return ({ headers }, response) => {
    if (headers.authorization === `Bearer ${token()}`) return false;
    reply(response, 401, { title: 'Unauthorized' }, { 'www-authenticate': 'Bearer' });
    return true;
  };
}

/** Gives a new cursor with every page: always the first items, or none at all. */
export function circling(items: (turn: number) => readonly unknown[]): Fault {
  let turn = 0;
  return (asked, response) => {
    if (!asked.isPage) return false;
    turn += 1;
    reply(response, 200, { servers: items(turn), metadata: { nextCursor: `turn-${turn}` } });
    return true;
  };
}
