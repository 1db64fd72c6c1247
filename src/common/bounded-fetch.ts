import type { Readable } from 'node:stream';
import { request as send, type Dispatcher } from 'undici';
import { DomainError } from './domain-error.js';
import { ACCEPTED_ENCODINGS, bodyEncodings, decodeBody } from './upstream-body.js';
import { upstreamDispatcher, type UpstreamOptions } from './upstream-dispatcher.js';
import { explainFailure, tookTooLong, tooLarge, upstreamName } from './upstream-problem.js';

/** One request to an upstream, with everything that bounds it. */
export interface BoundedRequest extends UpstreamOptions {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** Longest time for the whole exchange with its redirects and its body, in milliseconds. */
  readonly timeoutMs: number;
  /** Largest body after decoding, in bytes. */
  readonly maxBytes: number;
  /** Redirects to follow, 5 unless given. */
  readonly maxRedirects?: number;
}

/** What came back. Read the body once, with one of the three ways, or `discard` it. */
export interface BoundedResponse {
  readonly status: number;
  /** Address that answered, after redirects; it may hold what messages must not show. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  body(): AsyncIterable<Uint8Array>;
  bytes(): Promise<Buffer>;
  /** @throws DomainError `invalid-source-data` when the bytes are not UTF-8. A byte order mark is dropped. */
  text(): Promise<string>;
  /** Ends the exchange without reading the body. */
  discard(): void;
}

/** The rest may be credentials, whatever its name, and stays with the origin it is meant for. */
const HARMLESS_HEADERS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'if-modified-since',
  'if-none-match',
  'user-agent',
]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one HTTP request within the bounds it names. Statuses are answers, not errors.
 * @throws DomainError with an `upstream-…` code, `time-limit-exceeded`, `limit-exceeded`, `address-forbidden` or
 * `aborted`; the body's ways of reading throw the same. No message holds a query, user info or a header.
 */
export async function boundedFetch(request: BoundedRequest): Promise<BoundedResponse> {
  const exchange = new Exchange(request);
  try {
    return await exchange.follow();
  } catch (error) {
    throw exchange.end(error, 'exchange');
  }
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** One request with its redirects, timer and body; whoever ends it first frees everything. */
class Exchange {
  private readonly stop = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = () => {
    this.stop.abort(new DomainError('aborted', `The request to ${this.what} was stopped`));
  };
  private stream: Readable | undefined;
  private what: string;
  private received = 0;

  constructor(private readonly request: BoundedRequest) {
    this.what = upstreamName(request.url);
    this.timer = setTimeout(() => {
      this.stop.abort(tookTooLong(this.what, request.timeoutMs, this.received));
    }, request.timeoutMs);
    request.signal.addEventListener('abort', this.onAbort, { once: true });
    if (request.signal.aborted) this.onAbort();
  }

  async follow(): Promise<BoundedResponse> {
    let hop = firstHop(this.request);
    for (let left = this.request.maxRedirects ?? 5; ; left -= 1) {
      const answer = await this.send(hop);
      const location = REDIRECTS.has(answer.statusCode) ? header(answer, 'location') : null;
      if (location === null) return this.response(hop, answer);
      answer.body.on('error', () => {}).destroy();
      if (left <= 0) throw failed(this.what, 'redirects too often');
      hop = nextHop(hop, answer.statusCode, location);
      this.what = upstreamName(hop.url);
    }
  }

  /** Frees what the exchange holds and names why it failed. */
  end(error: unknown, during: 'exchange' | 'body'): unknown {
    const reason: unknown = this.stop.signal.aborted ? this.stop.signal.reason : error;
    this.release();
    return explainFailure(reason, this.what, during);
  }

  private release(): void {
    clearTimeout(this.timer);
    this.request.signal.removeEventListener('abort', this.onAbort);
    this.stream?.on('error', () => {}).destroy();
    if (!this.stop.signal.aborted) this.stop.abort(failed(this.what, 'was left'));
  }

  private async send({ url, method, headers, body }: Hop): Promise<Dispatcher.ResponseData> {
    const { signal } = this.stop;
    signal.throwIfAborted();
    const answer = send(url, {
      method,
      headers,
      body: body ?? null,
      signal,
      dispatcher: upstreamDispatcher(this.request),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // A request that still waits for its connection does not notice the signal.
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    stopped.catch(() => {});
    return Promise.race([answer, stopped]);
  }

  private response({ url }: Hop, answer: Dispatcher.ResponseData): BoundedResponse {
    const encodings = bodyEncodings(header(answer, 'content-encoding'));
    this.stream = answer.body.on('error', () => {});
    const length = Number(header(answer, 'content-length') ?? 0);
    if (encodings.length === 0 && length > this.request.maxBytes && this.request.method !== 'HEAD') {
      throw tooLarge(this.what, this.request.maxBytes);
    }
    const empty = this.request.method === 'HEAD' || answer.statusCode === 304 || answer.statusCode === 204;
    this.stream = decodeBody(answer.body, empty ? [] : encodings, this.what).on('error', () => {});
    const bytes = async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of this.read()) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    return {
      status: answer.statusCode,
      url: url.href,
      headers: { get: (name) => header(answer, name.toLowerCase()) },
      body: () => this.read(),
      bytes,
      text: async () => decodeText(await bytes(), this.what),
      discard: () => this.release(),
    };
  }

  private async *read(): AsyncGenerator<Uint8Array> {
    try {
      this.stop.signal.throwIfAborted();
      for await (const chunk of this.stream as AsyncIterable<Uint8Array>) {
        this.received += chunk.length;
        if (this.received > this.request.maxBytes) throw tooLarge(this.what, this.request.maxBytes);
        yield chunk;
      }
    } catch (error) {
      throw this.end(error, 'body');
    } finally {
      this.release();
    }
  }
}

function firstHop({ url, method = 'GET', headers = {}, body }: BoundedRequest): Hop {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const usual = { 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': 'thv-registry-api' };
  const target = address(url);
  const login = loginOf(target);
  return { url: target, method, headers: { ...usual, ...login, ...own }, body };
}

/** Takes the user info out of an address: it is sent as a header, and never again to another origin. */
function loginOf(url: URL): Record<string, string> {
  const { username, password } = url;
  if (username === '' && password === '') return {};
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The request that a redirect asks for (RFC 9110, 15.4; the method changes as in the Fetch standard). */
function nextHop({ url, method, headers, body }: Hop, status: number, location: string): Hop {
  const from = upstreamName(url);
  const next = address(location, url);
  if (url.protocol === 'https:' && next.protocol === 'http:')
    throw failed(from, 'redirects from https to http');
  const sameOrigin = next.origin === url.origin;
  const asGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  if (!asGet && body !== undefined && !sameOrigin) {
    throw failed(from, 'redirects what was sent to another origin');
  }
  const entries = Object.entries(headers).filter(([name]) => {
    return (sameOrigin || HARMLESS_HEADERS.has(name)) && !(asGet && name.startsWith('content-'));
  });
  return {
    url: next,
    method: asGet ? 'GET' : method,
    headers: Object.fromEntries(entries),
    body: asGet ? undefined : body,
  };
}

function address(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const from = base === undefined ? '' : `${upstreamName(base)} redirects to `;
  throw new DomainError('upstream-failed', `${from}an address that is neither http nor https`);
}

function failed(what: string, message: string): DomainError {
  return new DomainError('upstream-failed', `${what} ${message}`);
}

function header({ headers }: Dispatcher.ResponseData, name: string): string | null {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

function decodeText(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DomainError('invalid-source-data', `${what} sends a body that is not UTF-8 text`, {
      cause: error,
    });
  }
}
