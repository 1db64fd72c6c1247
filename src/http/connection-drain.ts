import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { watchConnections } from './connection-watch.js';

/** How a server comes to rest. All times in milliseconds. */
export interface DrainOptions {
  /** After this time whatever is still open is cut. */
  readonly graceMs: number;
  /** A connection without request is closed after this time; 500. */
  readonly quietMs?: number;
  /** Cuts what is still open at once. */
  readonly signal?: AbortSignal;
}

/**
 * Ends a server without cutting a request: it accepts no new connections, every further response carries
 * `Connection: close`, and connections without request are closed only after a quiet while. Node's own `close()`
 * closes idle connections at once, also those on which a request is just arriving. Resolves when every connection
 * is gone; never rejects.
 */
export async function drainServer(server: Server, options: DrainOptions): Promise<void> {
  const { graceMs, quietMs = 500, signal } = options;
  const connections = watchConnections(server);
  connections.endAfterResponses();
  const closed = stopAccepting(server);

  function cut(): void {
    connections.destroyAll();
    server.closeAllConnections();
  }
  const sweep = setInterval(() => connections.closeQuiet(quietMs), Math.ceil(quietMs / 10));
  const deadline = setTimeout(cut, graceMs);
  signal?.addEventListener('abort', cut);
  if (signal?.aborted) cut();
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(deadline);
    signal?.removeEventListener('abort', cut);
  }
}

/** The `close` of plain TCP servers leaves open connections alone. Resolves when the last one has ended. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
}
