/**
 * Runs the embedded PostgreSQL engine in a thread of its own, so that a statement never holds up a request.
 * Speaks the plain PostgreSQL protocol over the thread's port; `embedded-stream.ts` is the other end.
 */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import type { EmbeddedReply, EmbeddedRequest, EmbeddedSettings } from './embedded-protocol.js';
import { isFencedOff } from './store-fence.js';

/** 16 MB of buffers instead of 128 MB saves about 110 MB of resident memory. */
const START_PARAMS = ['-c', 'shared_buffers=16MB', '-c', 'max_wal_size=64MB'];
/** A write-ahead log in segments of 1 MB: the empty cluster takes 16 MB instead of 39 MB. */
const INIT_PARAMS = ['--wal-segsize=1', '--no-sync'];

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('embedded-worker runs as a worker thread only');
  const reply = (message: EmbeddedReply) => port.postMessage(message);
  const settings = workerData as EmbeddedSettings;
  const engine = await open(settings);
  reply({ type: 'ready' });
  let last = Promise.resolve();
  port.on('message', (request: EmbeddedRequest) => {
    last = last
      .then(() => {
        if (settings.fence !== undefined && isFencedOff(settings.fence))
          throw new Error('its lease has run out');
        return handle(engine, request, reply);
      })
      .catch((error: unknown) => reply(failure(error)));
  });
}

async function open(settings: EmbeddedSettings): Promise<PGlite> {
  const options: PGliteOptions = {
    startParams: [...PGlite.defaultStartParams, ...START_PARAMS],
    initDbStartParams: INIT_PARAMS,
    dataDir: settings.directory ?? 'memory://',
  };
  if (settings.seed !== undefined) options.loadDataDir = new Blob([await readFile(settings.seed)]);
  return PGlite.create(options);
}

async function handle(
  engine: PGlite,
  request: EmbeddedRequest,
  reply: (message: EmbeddedReply) => void,
): Promise<void> {
  switch (request.type) {
    case 'reset':
      // A connection that died inside a transaction must not leave it to the next one.
      await engine.exec('ROLLBACK');
      await engine.exec('DISCARD ALL');
      return;
    case 'data':
      reply({
        type: 'data',
        connection: request.connection,
        bytes: await engine.execProtocolRaw(request.bytes),
      });
      return;
    case 'dump': {
      const archive = await engine.dumpDataDir('gzip');
      reply({ type: 'dump', bytes: new Uint8Array(await archive.arrayBuffer()) });
      return;
    }
    case 'close':
      await engine.close();
      reply({ type: 'closed' });
      return;
  }
}

function failure(error: unknown): EmbeddedReply {
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
}

main().catch((error: unknown) => parentPort?.postMessage(failure(error)));
