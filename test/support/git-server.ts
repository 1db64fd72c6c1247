import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { TestAuthority } from './certificates.js';
import { BareRepository } from './git-repository.js';

/** What a server asks of its clients. */
export interface GitServerOptions {
  /** The `Authorization` header that is let in; others get 401. */
  readonly authorization?: string;
  /** Speaks https with a certificate of its own authority. */
  readonly secure?: boolean;
}

/** How a server misbehaves; tests change it while it runs. */
export interface Mischief {
  /** Waits before it answers a request for a pack, in milliseconds. */
  delayMs: number;
  /** Sends so many bytes of a pack and then ends: by closing the connection, or as if that were all. */
  truncate: { readonly bytes: number; readonly how: 'close' | 'end' } | undefined;
  /** Status of every answer instead of the right one. */
  status: number | undefined;
  /** Where every request is sent on to, as an origin. */
  redirectTo: string | undefined;
}

/** A git server (smart HTTP) for one repository on 127.0.0.1: git's own `http-backend` behind Node's HTTP. */
export class GitServer {
  /** `GET /repo.git/info/refs`: what was asked for, in order. */
  readonly requests: string[] = [];
  /** The `Authorization` header of each request. */
  readonly authorizations: (string | undefined)[] = [];
  readonly mischief: Mischief = { delayMs: 0, truncate: undefined, status: undefined, redirectTo: undefined };
  readonly repository: BareRepository;
  readonly caCertPath: string | undefined;
  private readonly authority: TestAuthority | undefined;
  private readonly server: Server & { closeAllConnections(): void };

  private constructor(
    private readonly root: string,
    private readonly options: GitServerOptions,
  ) {
    this.repository = new BareRepository(join(root, 'repo.git'));
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.answer(request, response);
    this.authority = options.secure === true ? new TestAuthority() : undefined;
    this.caCertPath = this.authority?.caCertPath;
    this.server =
      this.authority === undefined
        ? createHttpServer(listener)
        : createHttpsServer(this.authority.sign(), listener);
  }

  static async start(options: GitServerOptions = {}): Promise<GitServer> {
    const server = new GitServer(mkdtempSync(join(tmpdir(), 'git-server-')), options);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    const { port } = this.server.address() as AddressInfo;
    return `${this.options.secure === true ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  get url(): string {
    return `${this.origin}/repo.git`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.authority?.remove();
    rmSync(this.root, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const isPack = request.method === 'POST';
    this.requests.push(`${request.method} ${url.pathname}`);
    this.authorizations.push(request.headers.authorization);
    const { delayMs, status, redirectTo } = this.mischief;
    const { authorization } = this.options;
    const refused = authorization !== undefined && request.headers.authorization !== authorization;
    if (redirectTo !== undefined) {
      response.writeHead(301, { location: `${redirectTo}${request.url}` }).end();
      return;
    }
    if (status !== undefined || refused) {
      response.writeHead(status ?? 401, { 'www-authenticate': 'Basic realm="git"' }).end('no');
      return;
    }
    if (isPack && delayMs > 0) await wait(delayMs, undefined, { ref: false });
    this.runBackend(request, url, response, isPack);
  }

  private runBackend(request: IncomingMessage, url: URL, response: ServerResponse, isPack: boolean): void {
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(backend.stdin);
    backend.stdin.on('error', () => {});
    response.on('close', () => backend.kill());
    const output: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    backend.on('close', () => {
      if (!response.destroyed) this.send(Buffer.concat(output), response, isPack);
    });
  }

  private send(output: Buffer, response: ServerResponse, isPack: boolean): void {
    const end = output.indexOf('\r\n\r\n');
    let status = 200;
    for (const line of output.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    const body = output.subarray(end + 4);
    const { truncate } = this.mischief;
    response.statusCode = status;
    if (!isPack || truncate === undefined) response.end(body);
    else if (truncate.how === 'end') response.end(body.subarray(0, truncate.bytes));
    else response.write(body.subarray(0, truncate.bytes), () => response.destroy());
  }
}
