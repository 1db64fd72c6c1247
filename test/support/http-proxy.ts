import { createServer, request as send, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** An HTTP proxy on 127.0.0.1 that opens tunnels and forwards plain requests, and remembers for where. */
export class HttpProxy {
  /** `CONNECT host:port` or `GET http://…`, in order. */
  readonly requests: string[] = [];
  /** `Proxy-Authorization` headers that came. */
  readonly credentials: string[] = [];
  /** When set, every tunnel is refused with this status. */
  refusal: number | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((incoming, outgoing) => {
      this.note(`${incoming.method} ${incoming.url}`, incoming.headers['proxy-authorization']);
      const { 'proxy-authorization': _, ...headers } = incoming.headers;
      const forwarded = send(
        incoming.url ?? '',
        { method: incoming.method, headers, agent: false },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => outgoing.writeHead(502).end());
      incoming.pipe(forwarded);
    });
    this.server.on('connection', (socket: Socket) => this.keep(socket));
    this.server.on('connect', (incoming, socket: Socket) => {
      this.note(`CONNECT ${incoming.url}`, incoming.headers['proxy-authorization']);
      if (this.refusal !== undefined) return void socket.end(`HTTP/1.1 ${this.refusal} No\r\n\r\n`);
      const [host = '', port = ''] = (incoming.url ?? '').split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      this.keep(target);
    });
  }

  static async start(): Promise<HttpProxy> {
    const proxy = new HttpProxy();
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Its address, with the user info that clients shall send. */
  url(userInfo = ''): string {
    return `http://${userInfo}${userInfo && '@'}127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private note(what: string, credentials: string | undefined): void {
    this.requests.push(what);
    if (credentials !== undefined) this.credentials.push(credentials);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
  }
}
