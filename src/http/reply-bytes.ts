import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib';
import type { ContentCoding } from './accept-encoding.js';
import { entityTag } from './entity-tag.js';

/** Bodies below this many bytes fit into one packet anyway and are never compressed. */
const COMPRESSIBLE_FROM = 1024;
/** Bodies above this many bytes are compressed in the thread pool, so that no other request waits for them. */
const COMPRESS_ASIDE_FROM = 128 * 1024;
/**
 * Bodies up to this many bytes are kept as text of one character for each byte too: together with its headers such a
 * reply fits into the 16 KiB that Node sends from one string without a second piece of memory.
 */
const SHORT_UP_TO = 12 * 1024;
/** Bodies above this many bytes are never built whole: they are sent and compressed piece by piece. */
const STREAM_FROM = 2 * 1024 * 1024;
export const GZIP = { level: 6 };
/** Measured: smaller than gzip at level 6 and faster; higher qualities cost more than they save. */
export const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const EMPTY = Buffer.alloc(0);

const gzipAside = promisify<Buffer, typeof GZIP, Buffer>(gzip);
const brotliAside = promisify<Buffer, typeof BROTLI, Buffer>(brotliCompress);

/** The bytes of a reply in one content coding, and the strong tag of just these bytes. */
export interface Representation {
  readonly coding: ContentCoding;
  /** Absent where the reply's pieces are to be streamed. */
  readonly body?: Buffer;
  /** The bytes of a short body as characters U+0000 to U+00FF. */
  readonly text?: string;
  /** Bytes of the body; absent while nobody knows, as of a stream that is compressed on its way. */
  readonly length?: number;
  /** Absent when the reply is not to be stored. */
  readonly etag?: string;
}

/** What a reply is besides its bytes. */
export interface ReplyOptions {
  /** HTTP status; 200. */
  readonly status?: number;
  /** Media type; `application/json`. */
  readonly contentType?: string;
  /** `revalidate`: may be stored and is asked for again with its `ETag` each time. `none`: never stored. */
  readonly cache?: 'revalidate' | 'none';
  /** True when the bytes depend on the caller: shared caches must not keep them. */
  readonly isPrivate?: boolean;
  /** A strong tag of the uncompressed bytes for who knows one already, without quotes; their hash without it. */
  readonly tag?: string;
  /** Further headers, such as `Link`; never those that describe the body or its caching. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A reply that is ready to be sent, any number of times. Tags and compressed forms are made when first asked for
 * and kept, so a cached reply costs no more than its bytes.
 */
export class ReplyBytes {
  readonly status: number;
  readonly contentType: string;
  readonly cache: 'revalidate' | 'none';
  readonly isPrivate: boolean;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** The body in parts. */
  readonly pieces: readonly Buffer[];
  /** Bytes of the body. */
  readonly length: number;
  readonly #tag: string | undefined;
  #body: Buffer | undefined;
  #identity: Representation | undefined;
  #gzip: Representation | Promise<Representation> | undefined;
  #brotli: Representation | Promise<Representation> | undefined;

  constructor(body: Buffer | readonly Buffer[], options: ReplyOptions = {}) {
    this.pieces = Buffer.isBuffer(body) ? [body] : body;
    this.length = this.pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#tag = options.tag;
    this.status = options.status ?? 200;
    this.contentType = options.contentType ?? 'application/json';
    this.cache = options.cache ?? 'revalidate';
    this.isPrivate = options.isPrivate ?? false;
    this.headers = options.headers;
  }

  /** `value` as JSON. Not for documents of sources: those are kept as their authors wrote them. */
  static json(value: unknown, options?: ReplyOptions): ReplyBytes {
    return new ReplyBytes(Buffer.from(JSON.stringify(value) ?? 'null'), options);
  }

  /** `text` in UTF-8, as plain text unless the options name another media type. */
  static text(text: string, options: ReplyOptions = {}): ReplyBytes {
    return new ReplyBytes(Buffer.from(text), { contentType: 'text/plain; charset=utf-8', ...options });
  }

  /** The body as a whole; of one that is streamed it is better not asked for. */
  get body(): Buffer {
    this.#body ??= this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    return this.#body ?? EMPTY;
  }

  /** True for a body too large to be held besides its pieces. */
  get isStreamed(): boolean {
    return this.length > STREAM_FROM;
  }

  /** The strong tag of the uncompressed bytes; undefined for replies that are not stored. */
  get etag(): string | undefined {
    return this.#plain().etag;
  }

  /** The most bytes that it may take in memory with all that is made of it: no coding is longer than the body. */
  get weight(): number {
    return this.length * (this.length <= SHORT_UP_TO ? 6 : 3);
  }

  /** True when the reply may differ by `Accept-Encoding`. */
  get isCompressible(): boolean {
    return this.length >= COMPRESSIBLE_FROM;
  }

  /** The value of `Cache-Control`. */
  get cacheControl(): string {
    if (this.cache === 'none') return 'no-store';
    return this.isPrivate ? 'private, no-cache' : 'no-cache';
  }

  /**
   * The bytes to send in `coding`, uncompressed when that is not worthwhile. A promise (which never rejects) only
   * while a large body is compressed for the first time.
   */
  represent(coding: ContentCoding): Representation | Promise<Representation> {
    if (coding === 'identity' || !this.isCompressible) return this.#plain();
    if (coding === 'gzip') return (this.#gzip ??= this.#compress('gzip', (made) => (this.#gzip = made)));
    return (this.#brotli ??= this.#compress('br', (made) => (this.#brotli = made)));
  }

  #plain(): Representation {
    return (this.#identity ??= this.isStreamed
      ? this.#streamed('identity')
      : this.#tagged('identity', this.body, this.#tag));
  }

  #compress(
    coding: 'gzip' | 'br',
    keep: (made: Representation) => void,
  ): Representation | Promise<Representation> {
    if (this.isStreamed) return this.#streamed(coding);
    if (this.length < COMPRESS_ASIDE_FROM) return this.#smaller(coding, compressNow(coding, this.body));
    return compressAside(coding, this.body).then(
      (bytes) => {
        const made = this.#smaller(coding, bytes);
        keep(made);
        return made;
      },
      () => this.#plain(),
    );
  }

  #smaller(coding: 'gzip' | 'br', bytes: Buffer): Representation {
    return bytes.length < this.length ? this.#tagged(coding, bytes) : this.#plain();
  }

  #tagged(coding: ContentCoding, body: Buffer, tag?: string): Representation {
    const { length } = body;
    const bytes = { coding, body, length, ...(length <= SHORT_UP_TO && { text: body.toString('latin1') }) };
    if (this.cache === 'none') return bytes;
    return { ...bytes, etag: tag === undefined ? entityTag(body) : `"${tag}"` };
  }

  /** The bytes of a coding follow from those without, and so does their tag. */
  #streamed(coding: ContentCoding): Representation {
    const plain = this.#tag === undefined ? entityTag(...this.pieces).slice(1, -1) : this.#tag;
    const etag = coding === 'identity' ? `"${plain}"` : `"${plain}-${coding}"`;
    return {
      coding,
      ...(coding === 'identity' && { length: this.length }),
      ...(this.cache === 'revalidate' && { etag }),
    };
  }
}

function compressNow(coding: 'gzip' | 'br', body: Buffer): Buffer {
  return coding === 'gzip' ? gzipSync(body, GZIP) : brotliCompressSync(body, BROTLI);
}

function compressAside(coding: 'gzip' | 'br', body: Buffer): Promise<Buffer> {
  return coding === 'gzip' ? gzipAside(body, GZIP) : brotliAside(body, BROTLI);
}
