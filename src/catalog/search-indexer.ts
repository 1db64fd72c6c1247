import { setImmediate as afterOthers } from 'node:timers/promises';
import type { EntryChunk } from './entry-chunk.js';
import type { Snapshot } from './snapshot.js';
import type { Vocabulary } from './vocabulary.js';

/** Texts of which the words are taken in one step. */
const LEARNED_AT_ONCE = 32;

/**
 * Prepares what makes searches quick, chunk by chunk between requests; until a chunk is prepared its texts are scanned. A
 * change of the catalogue leaves only the chunks that it touched to be prepared.
 */
export class SearchIndexer {
  private latest: Snapshot | undefined;

  constructor(private readonly vocabulary: Vocabulary) {}

  /** Prepares a snapshot; an earlier one is left where it is. Never rejects. */
  async prepare(snapshot: Snapshot): Promise<void> {
    this.latest = snapshot;
    for (const chunk of chunksOf(snapshot)) {
      if (chunk.index.search !== undefined) continue;
      for (const _step of chunk.index.prepare()) {
        await afterOthers();
        if (this.latest !== snapshot) return;
      }
      for (const [index, { haystack }] of chunk.versions.entries()) {
        if (index % LEARNED_AT_ONCE === 0) await afterOthers();
        this.vocabulary.learn(haystack);
      }
    }
  }

  /** Ends what is under way. */
  stop(): void {
    this.latest = undefined;
  }
}

function* chunksOf({ shelves }: Snapshot): Generator<EntryChunk> {
  for (const { server, skill, plugin } of shelves.values()) {
    for (const { chunks } of [server, skill, plugin]) yield* chunks;
  }
}
