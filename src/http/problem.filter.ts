import type { IncomingMessage, ServerResponse } from 'node:http';
import { Catch, NotFoundException, type ArgumentsHost, type LoggerService } from '@nestjs/common';
import { cutText } from '../model/bounded-text.js';
import { requestIdOf } from './common-headers.js';
import { describeFault, errorReply } from './error-reply.js';
import { statusProblem, type ProblemContext } from './problem.js';
import type { ReplyBytes } from './reply-bytes.js';
import { originalPathOf, pathOf } from './request-path.js';
import { allowedMethods, type RouteTable } from './route-methods.js';
import { writeReply } from './write-reply.js';

/** Answers whatever is thrown while a request is served, and logs faults once, under the request's id. */
@Catch()
export class ProblemFilter {
  constructor(
    private readonly routes: () => RouteTable,
    private readonly logger: Pick<LoggerService, 'error'>,
  ) {}

  /** Called by Nest for every error of guards, pipes, handlers, middleware and the router itself. */
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<IncomingMessage>();
    const response = http.getResponse<ServerResponse>();
    const context = { requestId: requestIdOf(response), path: originalPathOf(request) };
    writeOrCut(request, response, this.replyTo(error, request, context));
  }

  private replyTo(error: unknown, request: IncomingMessage, context: ProblemContext): ReplyBytes {
    // Services report what they do not find by code, so this class comes from the router alone.
    if (error instanceof NotFoundException) return this.unknownRoute(request, context);
    const { reply, isFault } = errorReply(error, context);
    if (isFault) this.logger.error(...describeFault(error, context.requestId));
    return reply;
  }

  private unknownRoute(request: IncomingMessage, context: ProblemContext): ReplyBytes {
    const method = request.method ?? 'GET';
    const allowed = allowedMethods(this.routes(), pathOf(request));
    if (allowed === undefined || allowed.includes(method)) {
      const route = cutText(`${method} ${originalPathOf(request)}`, 120);
      return statusProblem(404, `No such route: ${route}. The list of servers is at /v0.1/servers`, context);
    }
    const list = allowed.join(', ');
    return statusProblem(405, `${method} is not allowed here; allowed: ${list}`, context, { Allow: list });
  }
}

/** An answer that has begun cannot become a problem; cutting it keeps the client from taking it for complete. */
function writeOrCut(request: IncomingMessage, response: ServerResponse, reply: ReplyBytes): void {
  if (!response.headersSent) writeReply(request, response, reply);
  else if (!response.writableEnded) response.destroy();
}
