import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a port of 127.0.0.1 that a test can cut. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private trap: { readonly text: string; readonly passes: boolean } | undefined;
  /** Of what clients say, `text` arrives as `by`, which is as long. */
  replaces: { readonly text: string; readonly by: string } | undefined;
  /** Refuses new connections while it is true. */
  isClosed = false;

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.link(client, port));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.sockets.size / 2;
  }

  /** Breaks every connection, as a network does that fails. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Breaks the next connection on which a client says `text`, before that arrives, or when it has `passed`. */
  cutAt(text: string, { passed = false } = {}): void {
    this.trap = { text, passes: passed };
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private link(client: Socket, port: number): void {
    if (this.isClosed) return void client.resetAndDestroy();
    const target = connect(port, '127.0.0.1');
    const both = [client, target];
    for (const socket of both) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    client.on('data', (said) => {
      const { trap } = this;
      const bytes = this.replaced(said);
      if (trap === undefined || !bytes.includes(trap.text)) return void target.write(bytes);
      this.trap = undefined;
      client.resetAndDestroy();
      if (trap.passes) target.end(bytes);
      else target.resetAndDestroy();
    });
    target.on('data', (bytes) => void client.write(bytes));
  }

  private replaced(bytes: Buffer): Buffer {
    const { text = '', by = '' } = this.replaces ?? {};
    const at = text === '' ? -1 : bytes.indexOf(text);
    if (at !== -1) bytes.write(by, at);
    return bytes;
  }
}
