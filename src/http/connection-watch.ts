import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What a connection does now. */
interface Connection {
  /** The last response begun on it; `writableFinished` once the client has got it. */
  response?: ServerResponse;
  /** Bytes read when it was last looked at, and since when that number has stood still (milliseconds). */
  bytesRead: number;
  quietSince: number;
}

const watches = new WeakMap<Server, ConnectionWatch>();

/**
 * The watch over the connections of a plain HTTP server; the same one for every call. Connections that were
 * accepted before the first call are not known to it, so it is set up together with the server.
 */
export function watchConnections(server: Server): ConnectionWatch {
  const known = watches.get(server);
  if (known !== undefined) return known;
  const made = new ConnectionWatch(server);
  watches.set(server, made);
  return made;
}

/** Knows each open connection of a server and whether a response is owed on it. */
class ConnectionWatch {
  readonly #connections = new Map<Socket, Connection>();
  #isEnding = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#add(socket));
    // Before the server's own listener, which may send the whole answer at once.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#begin(request.socket, response),
    );
  }

  /** From now on every response says that its connection ends with it, those already under way included. */
  endAfterResponses(): void {
    this.#isEnding = true;
    for (const { response } of this.#connections.values()) if (response) announceEnd(response);
  }

  /** Closes connections on which nothing is owed and nothing has arrived for `quietMs`. */
  closeQuiet(quietMs: number, now = performance.now()): void {
    for (const [socket, connection] of this.#connections) {
      const isBusy = connection.response !== undefined && !connection.response.writableFinished;
      if (isBusy || socket.bytesRead !== connection.bytesRead) {
        connection.bytesRead = socket.bytesRead;
        connection.quietSince = now;
      } else if (now - connection.quietSince >= quietMs) {
        socket.destroySoon();
      }
    }
  }

  /** Cuts every connection. */
  destroyAll(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#connections.set(socket, { bytesRead: 0, quietSince: performance.now() });
    socket.once('close', () => this.#connections.delete(socket));
  }

  #begin(socket: Socket, response: ServerResponse): void {
    const connection = this.#connections.get(socket);
    if (connection) connection.response = response;
    if (this.#isEnding) announceEnd(response);
  }
}

function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
