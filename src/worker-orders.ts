import cluster from 'node:cluster';

/** What the supervisor tells a worker: read the configuration again, listen although not ready, come to an end. */
export type WorkerOrder = 'reload' | 'listen' | 'stop';

/** What this process is told by its supervisor. In a process that is alone nothing ever comes. */
export class WorkerOrders {
  /** True in a process that shares its addresses with others, below a supervisor. */
  readonly isWorker = cluster.isWorker;
  /** Resolves when this process is to end. */
  readonly stopped: Promise<void>;
  private readonly listen: Promise<void>;

  /** Listens from now on: what comes before is kept, but only until something else listens for messages. */
  constructor() {
    this.stopped = new Promise((resolve) => this.on('stop', resolve));
    this.listen = new Promise((resolve) => this.on('listen', resolve));
  }

  /** Calls `act` whenever the supervisor gives this order. */
  on(order: WorkerOrder, act: () => void): void {
    if (!this.isWorker) return;
    process.on('message', (message) => {
      if (message === order) act();
    });
  }

  /**
   * Resolves when this process may listen: at once when it is alone. A worker listens when it is ready, no other one
   * listens, or it is to end; one that listened before would answer 503 in the place of the others.
   */
  async untilMayListen(isReady: () => boolean): Promise<void> {
    if (!this.isWorker) return;
    let look: NodeJS.Timeout | undefined;
    const ready = new Promise<void>((resolve) => {
      look = setInterval(() => isReady() && resolve(), 20);
    });
    await Promise.race([ready, this.listen, this.stopped]);
    clearInterval(look);
  }
}
