import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import { Logger, type NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { DomainError } from '../common/domain-error.js';
import { requestIdOf } from './common-headers.js';
import { watchConnections } from './connection-watch.js';
import { describeFault, errorReply } from './error-reply.js';
import { domainProblem } from './problem.js';
import { ReplyBytes } from './reply-bytes.js';
import { originalPathOf, rewritePath, type PathRewriter } from './request-path.js';
import type { RouteTable } from './route-methods.js';
import { writeReply } from './write-reply.js';

/** Sees a request before Express does; true means that it has answered, or will. */
export type BeforeExpress = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Longer than the idle time of common proxies (60 s), so that they close first and never meet a closed socket. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 15_000;
const REQUEST_MS = 30_000;

/** What is used of an Express application; Express brings no types. */
interface ExpressApplication {
  (request: IncomingMessage, response: ServerResponse): void;
  request: object;
  response: object;
  readonly router: RouteTable & { caseSensitive: boolean };
  disable(setting: string): void;
  set(setting: string, value: unknown): void;
}

/**
 * Nest on Express with two additions: handlers that see a request before Express, and replies that are bytes.
 * Requests are made with the prototypes that Express wants, because changing them for each request costs several
 * times what the rest of Express does.
 */
export class RegistryAdapter extends ExpressAdapter {
  readonly #beforeRouting: BeforeExpress[] = [];
  readonly #beforeExpress: BeforeExpress[] = [];
  readonly #rewriters: PathRewriter[] = [];
  readonly #logger = new Logger(RegistryAdapter.name);
  #closesByForce = false;
  #refusesWhenClosing = false;
  #isClosing = false;

  constructor() {
    super();
    const app = this.#app();
    app.disable('x-powered-by');
    app.set('etag', false);
    app.set('query parser', 'simple');
    // The setting of this name is read only when the router is made, which the base class has done already.
    app.router.caseSensitive = true;
  }

  /** The table of routes, for answers about methods. */
  get routes(): RouteTable {
    return this.#app().router;
  }

  /** Adds a handler that sees every request as the client sent it, before anything else does. */
  useBeforeRouting(handler: BeforeExpress): void {
    this.#beforeRouting.push(handler);
  }

  /** Adds a handler that sees every request before Express, in the order of the calls. */
  useBeforeExpress(handler: BeforeExpress): void {
    this.#beforeExpress.push(handler);
  }

  /** Adds a change of paths that applies before all handlers; `originalPathOf` has what the client sent. */
  usePathRewriter(rewrite: PathRewriter): void {
    this.#rewriters.push(rewrite);
  }

  /** Makes the server; called by Nest. TLS ends before this server. */
  override initHttpServer(options: NestApplicationOptions | undefined): void {
    if (options?.httpsOptions) {
      throw new DomainError('invalid-configuration', 'This listener does not speak TLS');
    }
    this.#closesByForce = options?.forceCloseConnections ?? false;
    this.#refusesWhenClosing = options?.return503OnClosing ?? false;
    this.httpServer = this.#createServer();
    watchConnections(this.httpServer);
  }

  /** Sends what a handler returned; bytes by negotiation, everything else as Nest does. */
  override reply(
    response: ServerResponse & { req: IncomingMessage },
    body: unknown,
    statusCode?: number,
  ): unknown {
    if (!(body instanceof ReplyBytes)) return super.reply(response, body, statusCode) as unknown;
    return writeReply(response.req, response, body);
  }

  override beforeClose(): void {
    this.#isClosing = true;
    super.beforeClose();
  }

  override close(): Promise<unknown> | undefined {
    this.#isClosing = true;
    if (this.#closesByForce) this.httpServer.closeAllConnections();
    return super.close();
  }

  #createServer(): Server {
    const app = this.#app();
    class RegistryRequest extends IncomingMessage {}
    class RegistryResponse extends ServerResponse<RegistryRequest> {}
    Object.setPrototypeOf(RegistryRequest.prototype, app.request);
    Object.setPrototypeOf(RegistryResponse.prototype, app.response);
    app.request = RegistryRequest.prototype;
    app.response = RegistryResponse.prototype;
    const settings = {
      IncomingMessage: RegistryRequest,
      ServerResponse: RegistryResponse,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
    };
    return createServer(settings, (request, response) => this.#serve(app, request, response));
  }

  #serve(app: ExpressApplication, request: IncomingMessage, response: ServerResponse): void {
    try {
      for (const handle of this.#beforeRouting) if (handle(request, response)) return;
      if (this.#rewriters.length > 0) rewritePath(request, this.#rewriters);
      for (const handle of this.#beforeExpress) if (handle(request, response)) return;
      if (this.#isClosing && this.#refusesWhenClosing) this.#refuse(request, response);
      else app(request, response);
    } catch (error) {
      this.#fail(request, response, error);
    }
  }

  /** Nothing above catches what a handler before Express throws: it would end the process. */
  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const requestId = requestIdOf(response);
    const { reply, isFault } = errorReply(error, { requestId, path: originalPathOf(request) });
    if (isFault) this.#logger.error(...describeFault(error, requestId));
    if (response.headersSent) response.destroy();
    else writeReply(request, response, reply);
  }

  #refuse(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Connection', 'close');
    const error = new DomainError('registry-unavailable', 'The server is shutting down');
    writeReply(request, response, domainProblem(error, { requestId: requestIdOf(response) }));
  }

  #app(): ExpressApplication {
    return this.getInstance<ExpressApplication>();
  }
}
