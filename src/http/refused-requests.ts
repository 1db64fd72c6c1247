import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdOf } from './common-headers.js';
import { statusProblem } from './problem.js';
import type { BeforeExpress } from './registry-adapter.js';
import { writeReply } from './write-reply.js';

/** What Node's parser refuses, by the code of its error; everything else is a malformed request. */
const REFUSALS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The address and headers are longer than 16 KiB together'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time'],
};

/**
 * Gives the answers that Node itself makes, to requests that never reach a handler, the headers and the body that
 * every other answer has: a browser shows an error without CORS headers as a failure of the network.
 */
export function answerRefusedRequests(server: Server, setHeaders: BeforeExpress): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    refuse(request, response, 417, 'Only the expectation 100-continue can be met');
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const request = new IncomingMessage(socket);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    refuse(request, response, ...(REFUSALS[error.code ?? ''] ?? [400, 'This is not an HTTP request']));
  });

  function refuse(request: IncomingMessage, response: ServerResponse, status: number, detail: string): void {
    if (setHeaders(request, response)) return;
    writeReply(request, response, statusProblem(status, detail, { requestId: requestIdOf(response) }));
  }
}
