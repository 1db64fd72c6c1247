import { Duplex } from 'node:stream';

/** Messages that end a batch, Sync, Query and Terminate: the engine answers each batch and is ready again. */
const BATCH_ENDS = new Set(['S', 'Q', 'X']);

/**
 * What the `pg` driver takes for its socket. It hands whole batches of protocol messages to the engine: one that
 * gets them singly answers an error in the middle of a batch twice.
 */
export class EmbeddedStream extends Duplex {
  private pending: Buffer = Buffer.alloc(0);
  private started = false;

  constructor(
    private readonly send: (batch: Uint8Array) => void,
    private readonly onClosed: () => void,
  ) {
    super();
  }

  /** The engine's answer to a batch. */
  receive(bytes: Uint8Array): void {
    if (!this.destroyed) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    this.sendBatches();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.onClosed();
    done(error);
  }

  private sendBatches(): void {
    let at = 0;
    let sent = 0;
    for (;;) {
      // The first message of a connection has no type byte.
      const head = this.started ? 1 : 0;
      if (this.pending.length < at + head + 4) break;
      const end = at + head + this.pending.readInt32BE(at + head);
      if (this.pending.length < end) break;
      const type = this.started ? String.fromCharCode(this.pending[at] ?? 0) : 'Q';
      this.started = true;
      at = end;
      if (!BATCH_ENDS.has(type)) continue;
      // The engine has one session, which outlives connections: it never sees a Terminate.
      if (type !== 'X') this.send(Uint8Array.prototype.slice.call(this.pending, sent, at));
      sent = at;
    }
    this.pending = this.pending.subarray(sent);
  }
}
