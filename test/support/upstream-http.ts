import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ServerCertificate } from './certificates.js';

/** Answers one request, in whatever way a test wants. */
export type UpstreamAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that an upstream got. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A real HTTP or HTTPS server on 127.0.0.1 whose every path answers as it was told; others answer 404. */
export class UpstreamHttp {
  readonly received: ReceivedRequest[] = [];
  private readonly answers = new Map<string, UpstreamAnswer>();
  private readonly sockets = new Set<Socket>();
  private readonly server;

  private constructor(private readonly certificate: ServerCertificate | undefined) {
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.take(request, response);
    this.server =
      certificate === undefined ? createServer(listener) : createSecureServer({ ...certificate }, listener);
    this.server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
    });
  }

  /** Starts one; with a certificate it speaks HTTPS. */
  static async start(certificate?: ServerCertificate): Promise<UpstreamHttp> {
    const upstream = new UpstreamHttp(certificate);
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Open connections. */
  get connections(): number {
    return this.sockets.size;
  }

  url(path: string, host = '127.0.0.1'): string {
    return `${this.certificate === undefined ? 'http' : 'https'}://${host}:${this.port}${path}`;
  }

  /** Sets the answer of a path, which is compared without its query. Returns its address. */
  on(path: string, answer: UpstreamAnswer): string {
    this.answers.set(path, answer);
    return this.url(path);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    // A request that is cut has no body worth keeping.
    const body = await buffer(request).catch(() => Buffer.alloc(0));
    this.received.push({ method, path, headers, body });
    const answer = this.answers.get(path.split('?', 1)[0] ?? '') ?? replies(404, 'nothing here');
    answer(request, response);
  }
}

/** Answers with a status, a body and headers. */
export function replies(status: number, body: string | Uint8Array = '', headers = {}): UpstreamAnswer {
  return (_request, response) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
  };
}

/** Answers 200 and confirms what a conditional request knows (RFC 9110, 13.1). `text` is asked at each request. */
export function repliesWithTag(text: () => string | Uint8Array, tag: () => string): UpstreamAnswer {
  return (request, response) => {
    if (request.headers['if-none-match'] === tag())
      return void response.writeHead(304, { etag: tag() }).end();
    response.writeHead(200, { etag: tag() }).end(text());
  };
}

export function redirects(location: string, status = 302): UpstreamAnswer {
  return replies(status, 'elsewhere', { location });
}

/** Takes the request and never answers. */
export function staysSilent(): UpstreamAnswer {
  return () => {};
}

/** Sends a byte every `everyMs` milliseconds, for ever. */
export function drips(everyMs: number): UpstreamAnswer {
  return (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), everyMs);
    response.on('close', () => clearInterval(timer));
  };
}

/** Sends blanks as fast as they are taken, for ever. */
export function neverEnds(headers = {}): UpstreamAnswer {
  return (_request, response) => {
    response.writeHead(200, headers);
    const blanks = Buffer.alloc(64 * 1024, ' ');
    const pump = () => {
      while (!response.destroyed && response.write(blanks));
    };
    response.on('drain', pump);
    pump();
  };
}

/** Sends `body`, announces more, and closes the connection. */
export function breaksOff(
  body: string | Uint8Array,
  headers: Record<string, string | number> = {},
): UpstreamAnswer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) + 100, ...headers });
    response.write(body, () => response.destroy());
  };
}

/** Sends chunks without the last one, and closes the connection. */
export function breaksOffChunks(body: string): UpstreamAnswer {
  return (_request, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.write(body, () => response.destroy());
  };
}

/** Closes the connection instead of answering. */
export function hangsUp(): UpstreamAnswer {
  return (request) => void request.socket.destroy();
}
