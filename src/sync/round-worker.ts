/**
 * Reads and compares a large source in a thread of its own: it takes seconds of computing, and its memory is given back
 * with the thread. `round-thread.ts` is the other end.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isDomainError } from '../common/domain-error.js';
import { parseHeads } from '../database/version-heads.js';
import { readSpooled } from './fetched-texts.js';
import type { RoundJob, RoundReply, RoundRequest } from './round-protocol.js';
import { RoundReader } from './round-reader.js';
import { ThreadScratch } from './round-scratch.js';
import { ScratchBatches } from './write-batches.js';

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('round-worker runs as a worker thread only');
  const { rules, spooled } = workerData as RoundJob;
  const scratch = new ThreadScratch(spooled.place);
  const reader = new RoundReader(rules, {
    writes: new ScratchBatches(scratch),
    refused: new ScratchBatches(scratch),
  });
  const reply = (message: RoundReply) => port.postMessage(message);

  const answer = (request: RoundRequest): RoundReply => {
    switch (request.type) {
      case 'store':
        reader.store(parseHeads(request.heads));
        return { type: 'done' };
      case 'store-refused':
        reader.storeRefused(request.refused);
        return { type: 'done' };
      case 'read':
        for (const file of spooled.files) {
          reader.read(readSpooled(scratch, file));
          reply({ type: 'progress', documents: reader.documents });
        }
        return { type: 'plan', plan: reader.finish(request.now) };
      case 'batch':
        return { type: 'batch', rows: reader.batch(request.list, request.index) };
    }
  };

  port.on('message', (request: RoundRequest) => {
    try {
      reply(answer(request));
    } catch (error) {
      // Anything else ends the thread, and the other end is told so.
      if (!isDomainError(error)) throw error;
      const { code, message, problems } = error;
      reply({ type: 'failed', code, message, problems });
    }
  });
}

main();
