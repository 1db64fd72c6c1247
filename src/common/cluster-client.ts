import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { ClusterAccess } from './cluster-access.js';
import { DomainError } from './domain-error.js';
import { tooLarge } from './upstream-problem.js';

const REQUEST_LIMIT_MS = 30_000;
/** Largest answer, and largest line of a watch, in bytes: etcd keeps no object above 1.5 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
/**
 * A watch that says nothing for so long is opened anew. A dead connection looks like a collection in which nothing
 * happens: of that the server sends bookmarks only when its own store tells it that time has passed, which is every
 * ten minutes unless the cluster sets it otherwise.
 */
const SILENCE_LIMIT_MS = 90_000;

/** The API server answered with a status that is no success; the message is its own, of up to 64 KiB. */
export class ApiStatusError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiStatusError';
  }
}

interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: string;
}

/**
 * Talks to the API server of one cluster, in bounds of size and time. Failures of the network keep their errors, and
 * those by a signal have its reason: a `TimeoutError` when the time was over.
 */
export class ClusterClient {
  constructor(
    private readonly access: ClusterAccess,
    private readonly silenceLimitMs = SILENCE_LIMIT_MS,
  ) {}

  /** The API server's address, for messages. */
  get server(): string {
    return this.access.server.origin;
  }

  /** Reads JSON. @throws ApiStatusError; DomainError `limit-exceeded`, `upstream-failed` */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.exchange({ method: 'GET', path }, signal);
  }

  /** Sends JSON and reads what is answered. @throws as {@link get} does */
  async send(method: 'POST' | 'PUT', path: string, content: object, signal: AbortSignal): Promise<unknown> {
    return this.exchange({ method, path, body: JSON.stringify(content) }, signal);
  }

  /**
   * The events of a watch as they come, until the server ends it or has been silent for long. `onOpen` is called when
   * the server has taken it.
   * @throws ApiStatusError; DomainError `limit-exceeded`, `upstream-failed`, `time-limit-exceeded`
   */
  async *watch(path: string, signal: AbortSignal, onOpen: () => void): AsyncGenerator {
    const opening = new AbortController();
    const late = new DomainError('time-limit-exceeded', `${this.server} does not answer in time`);
    const timer = setTimeout(() => opening.abort(late), REQUEST_LIMIT_MS);
    const response = await this.open(
      { method: 'GET', path },
      AbortSignal.any([signal, opening.signal]),
    ).finally(() => clearTimeout(timer));
    let isSilent = false;
    response.setTimeout(this.silenceLimitMs, () => {
      isSilent = true;
      response.destroy();
    });
    onOpen();
    try {
      yield* jsonLines(response, this.server);
    } catch (error) {
      if (!isSilent) throw error;
    }
  }

  private async exchange(question: Question, signal: AbortSignal): Promise<unknown> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)]);
    const response = await this.open(question, limit);
    const body = await bodyOf(response, MAX_ANSWER_BYTES).catch((error: unknown) => {
      limit.throwIfAborted();
      throw error;
    });
    return parse(body, this.server);
  }

  private async open({ method, path, body }: Question, signal: AbortSignal): Promise<IncomingMessage> {
    const options = await this.access.options();
    signal.throwIfAborted();
    const { server } = this.access;
    const address = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    const { request } = server.protocol === 'http:' ? http : https;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(address, { ...options, method, signal }, resolve);
      sent.setHeader('Accept', 'application/json');
      // Of a signal Node tells only that it aborted, not why.
      sent.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
      sent.once('socket', (socket) => socket.setKeepAlive(true, 15_000));
      if (body !== undefined) sent.setHeader('Content-Type', 'application/json');
      sent.end(body);
    });
    if (response.statusCode === 200 || response.statusCode === 201) return response;
    throw await statusError(response);
  }
}

async function statusError(response: IncomingMessage): Promise<ApiStatusError> {
  const status = response.statusCode ?? 0;
  const body = await bodyOf(response, MAX_ERROR_BYTES).catch(() => Buffer.alloc(0));
  let message: unknown;
  try {
    message = (JSON.parse(body.toString('utf8')) as { readonly message?: unknown } | null)?.message;
  } catch {
    // A proxy in between answers what it likes.
  }
  return new ApiStatusError(status, typeof message === 'string' ? message : `answered ${status}`);
}

async function* jsonLines(response: IncomingMessage, server: string): AsyncGenerator {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([rest, chunk.subarray(start, end)]);
      rest = Buffer.alloc(0);
      start = end + 1;
      if (line.length > 0) yield parse(line, server);
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > MAX_LINE_BYTES) throw tooLarge(server, MAX_LINE_BYTES);
  }
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge('The API server', maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer, server: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (error) {
    throw new DomainError('upstream-failed', `${server} sends what is not JSON`, { cause: error });
  }
}
