import { createServer, type RequestListener, type Server } from 'node:http';
import { DomainError } from '../common/domain-error.js';
import { watchConnections } from './connection-watch.js';
import { parseAddress, type ListenTarget } from './listen-address.js';
import { domainProblem } from './problem.js';
import { commonHeaders, type CorsPolicy, requestIdOf } from './common-headers.js';
import { answerRefusedRequests } from './refused-requests.js';
import { writeReply } from './write-reply.js';

/** What the internal listener answers; everything else belongs to the public one. */
const INTERNAL_PATHS = new Set(['/health', '/readiness', '/version', '/metrics']);

/** A second server in front of the same application that lets only the operations routes through. */
export function createInternalServer(serve: RequestListener, cors: CorsPolicy): Server {
  const setHeaders = commonHeaders(cors);
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (INTERNAL_PATHS.has(path)) return serve(request, response);
    if (setHeaders(request, response)) return;
    const error = new DomainError('not-found', 'Only the operations routes are on this listener');
    writeReply(request, response, domainProblem(error, { requestId: requestIdOf(response) }));
  });
  answerRefusedRequests(server, setHeaders);
  watchConnections(server);
  return server;
}

/**
 * Where the internal listener belongs: by its own flag, else on port 8081 unless the public one was placed by
 * `--host`, `--port` or `--socket`. Undefined: nowhere.
 */
export function resolveInternalAddress(flags: {
  readonly internalAddress?: string;
  readonly host?: string;
  readonly port?: string;
  readonly socket?: string;
}): ListenTarget | undefined {
  if (flags.internalAddress === 'off') return undefined;
  if (flags.internalAddress !== undefined) return parseAddress(flags.internalAddress, '--internal-address');
  const isPlaced = flags.host !== undefined || flags.port !== undefined || flags.socket !== undefined;
  return isPlaced ? undefined : { kind: 'tcp', host: '', port: 8081 };
}
