import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { offersTls, secureSocket, type TlsSettings } from './postgres-tls.js';

/** Silence after which the system asks whether the other side is still there, in milliseconds. */
const KEEP_ALIVE_DELAY = 30_000;

/**
 * What the `pg` driver takes for its socket. Encryption is settled before the driver says its first word, because
 * the driver knows neither `prefer` nor files that change.
 */
export class PostgresStream extends Duplex {
  private socket: Socket | undefined;

  constructor(private readonly settings: TlsSettings) {
    super({ allowHalfOpen: false });
  }

  /** Takes what the driver gives: a port and a host, or the path of a socket. */
  connect(portOrPath: number | string, host = ''): this {
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY, noDelay: true };
    const open =
      typeof portOrPath === 'string'
        ? this.dial({ path: portOrPath })
        : this.dialEncrypted({ port: portOrPath, host, ...keepAlive });
    open.then(
      (socket) => this.adopt(socket),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    this.socket?.ref();
    return this;
  }

  unref(): this {
    this.socket?.unref();
    return this;
  }

  override _read(): void {
    this.socket?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.socket === undefined) done();
    else this.socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.socket?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket?.destroy();
    done(error);
  }

  private async dialEncrypted(target: NetConnectOpts): Promise<Socket> {
    const { sslMode } = this.settings;
    const socket = await this.dial(target);
    if (sslMode === 'disable') return socket;
    if (!(await offersTls(socket))) {
      if (sslMode === 'prefer') return socket;
      throw new Error('The server does not encrypt connections');
    }
    try {
      return await secureSocket(this.settings, socket);
    } catch (error) {
      socket.destroy();
      if (sslMode !== 'prefer' || this.destroyed) throw error;
      return this.dial(target);
    }
  }

  private dial(target: NetConnectOpts): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(target);
      // Whoever gives up meanwhile ends the attempt with it.
      this.socket = socket;
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  private adopt(socket: Socket): void {
    if (this.destroyed) {
      socket.destroy();
      return;
    }
    this.socket = socket;
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    // What has arrived before the end is still handed on.
    socket.on('close', () => setImmediate(() => this.destroy()));
    // It was held still while encryption was settled.
    socket.resume();
    this.emit('connect');
  }
}
