import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import type { FetchContext, SourceProvider } from '../../src/sources/source-provider.js';
import { LeasedRounds } from '../../src/sync/leased-rounds.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { type FileSource, fileSource, registryFileOf } from '../support/documents.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { Replica } from '../support/replica.js';

const ROUNDS = 150;

/** Counts who fetches at the same time. */
class WatchedProvider implements SourceProvider<'file'> {
  private readonly files = new FileProvider();
  readonly kind = this.files.kind;
  readonly abilities = this.files.abilities;
  together = 0;
  mostTogether = 0;
  fetches = 0;

  async fetch(source: FileSource, context: FetchContext) {
    this.fetches += 1;
    this.together += 1;
    this.mostTogether = Math.max(this.mostTogether, this.together);
    try {
      await wait(Math.random() * 4);
      return await this.files.fetch(source, context);
    } finally {
      this.together -= 1;
    }
  }
}

describe.skipIf(!hasPostgresql).each([2, 3])('%d replicas with one source', (count) => {
  let cluster: PostgresqlCluster;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    cluster = await PostgresqlCluster.create();
  }, 60_000);

  afterAll(() => cluster.remove());

  it(`never fetch together, and each writes what the next one finds, for ${ROUNDS} rounds`, async () => {
    const url = cluster.url();
    const provider = new WatchedProvider();
    const replicas: Replica[] = [];
    for (let at = 0; at < count; at += 1) replicas.push(await Replica.open(url, { leaseLengthMs: 2_000 }));
    await replicas[0]?.sources.reconcile([{ name: 'one', kind: 'file' }]);
    const revisions: number[] = [];
    const byReplica = replicas.map(() => 0);
    let begun = 0;

    async function run(replica: Replica, at: number): Promise<void> {
      const { sources, entries, writer, leases } = replica;
      const providers = new Map([['file' as const, provider]]);
      const rounds = new LeasedRounds(
        leases,
        new SyncService(providers, sources, entries, writer, systemClock),
      );
      const known = { sourceRevision: null, rulesFingerprint: null };
      while (revisions.length < ROUNDS) {
        begun += 1;
        const source = fileSource({ data: registryFileOf('same/same', `round/n${begun}`) });
        const signal = AbortSignal.timeout(20_000);
        const result = await rounds.run({ source, signal, known, nextAttempt: new Date() });
        if (result.outcome === 'held') await wait(Math.random() * 5);
        else if (result.outcome === 'changed') {
          revisions.push(result.revision);
          byReplica[at] = (byReplica[at] ?? 0) + 1;
          await wait(Math.random() * 10);
        }
      }
    }
    await Promise.all(replicas.map(run));

    expect(provider.mostTogether).toBe(1);
    expect(revisions).toEqual(revisions.map((_, index) => index + 1));
    expect(provider.fetches).toBe(revisions.length);
    expect(byReplica.every((rounds) => rounds > 0)).toBe(true);
    await Promise.all(replicas.map((replica) => replica.close()));
  });
});
