import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { SourceConfig } from '../../src/config/registry-config.js';
import type { Fetched, SourceProvider } from '../../src/sources/source-provider.js';
import { registryFileOf } from '../support/documents.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { Replica } from '../support/replica.js';
import { ScheduledRounds } from '../support/scheduled-rounds.js';
import { filesOf, stubSource } from '../support/stub-source.js';

/** Rounds of all sources together; a longer run by hand sets another number. */
const ROUNDS = Number(process.env['REPLICA_ROUNDS'] ?? 200);
const NAMES = ['one', 'two', 'three', 'four'];
const LEASE = 1_500;

/** What all the replicas fetch from: it counts who fetches the same source at the same time. */
class SharedUpstream {
  private readonly open = new Map<string, number>();
  readonly fetches = new Map<string, number>();
  mostTogether = 0;

  /** A provider for one replica. */
  provider(): SourceProvider<'file'> {
    const abilities = { watchable: false, incremental: false, cheapCheck: false };
    return { kind: 'file', abilities, fetch: ({ name }) => this.fetch(name) };
  }

  get total(): number {
    return [...this.fetches.values()].reduce((sum, count) => sum + count, 0);
  }

  private async fetch(name: string): Promise<Fetched> {
    const fetches = (this.fetches.get(name) ?? 0) + 1;
    this.fetches.set(name, fetches);
    const open = (this.open.get(name) ?? 0) + 1;
    this.open.set(name, open);
    this.mostTogether = Math.max(this.mostTogether, open);
    await wait(Math.random() * 10);
    this.open.set(name, (this.open.get(name) ?? 0) - 1);
    if (fetches % 7 === 0) throw new Error('This one fails now and then');
    return fetches % 3 === 0
      ? filesOf(registryFileOf(`${name}/n${fetches}`))
      : { changed: false, revision: '1' };
  }
}

describe.skipIf(!hasPostgresql)('schedulers of several replicas', () => {
  let cluster: PostgresqlCluster;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    cluster = await PostgresqlCluster.create();
  });

  it.each([2, 3])(
    `%d of them never fetch one source together, nor write into each other's rounds, for ${ROUNDS} rounds`,
    { timeout: 60_000 + ROUNDS * 500 },
    async (count) => {
      const url = await cluster.createDatabase(`replicas-${count}`);
      const upstream = new SharedUpstream();
      const replicas: Replica[] = [];
      for (let at = 0; at < count; at += 1)
        replicas.push(await Replica.open(url, { leaseLengthMs: LEASE, sources: NAMES }));
      const sources = NAMES.map(stubSource);
      const schedules = await Promise.all(
        replicas.map((replica) => ScheduledRounds.start(replica, upstream.provider(), sources)),
      );

      await vi.waitFor(() => expect(upstream.total).toBeGreaterThanOrEqual(ROUNDS), {
        timeout: 30_000 + ROUNDS * 500,
        interval: 20,
      });
      await Promise.all(schedules.map((schedule) => schedule.stop()));

      expect(upstream.mostTogether).toBe(1);
      expect([...upstream.fetches.keys()].sort()).toEqual([...NAMES].sort());
      const refused = await replicas[0]?.dataSource.query(
        `SELECT count(*)::int AS count FROM sync_run WHERE message ~ 'took this source over'`,
      );
      expect(refused).toEqual([{ count: 0 }]);
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  );

  it('take the round of a replica that died over within its lease, long before the next one is due', async () => {
    const url = await cluster.createDatabase('takeover');
    const upstream = new SharedUpstream();
    const [dead, alive] = [
      await Replica.open(url, { leaseLengthMs: LEASE }),
      await Replica.open(url, { leaseLengthMs: LEASE }),
    ];
    const hourly = { ...stubSource('one') };
    const source: SourceConfig = {
      ...hourly,
      syncPolicy: { ...hourly.syncPolicy, intervalMs: 3_600_000 },
    };
    const schedule = await ScheduledRounds.start(alive, upstream.provider(), [source]);
    await vi.waitFor(() => expect(schedule.progress.of('one').phase).toBe('complete'), { timeout: 10_000 });

    await dead.leaseStore.acquire({ source: 'one', holder: 'dead', lengthMs: LEASE });
    await dead.sources.begin('one', new Date());
    expect(upstream.total).toBe(1);

    await vi.waitFor(() => expect(upstream.total).toBe(2), { timeout: 20_000 });
    await vi.waitFor(() => expect(schedule.progress.of('one').phase).toBe('complete'), { timeout: 10_000 });
    await schedule.stop();
    expect((await alive.sources.all())[0]).toMatchObject({ phase: 'complete', attemptCount: 0 });
    await Promise.all([dead.close(), alive.close()]);
  });

  it('see a round that died before they started as pending or syncing only until it is taken over', async () => {
    const url = await cluster.createDatabase('restart');
    const upstream = new SharedUpstream();
    const replica = await Replica.open(url, { leaseLengthMs: LEASE });
    await replica.sources.reconcile([{ name: 'one', kind: 'file' }]);
    const later = new Date(Date.now() + 3_600_000);
    await replica.sources.confirm('one', { endedAt: new Date(), nextAttempt: later });
    await replica.leaseStore.acquire({ source: 'one', holder: 'dead', lengthMs: LEASE });
    await replica.sources.begin('one', new Date());

    const schedule = await ScheduledRounds.start(replica, upstream.provider(), [stubSource('one')]);

    await vi.waitFor(() => expect(schedule.progress.of('one').phase).toBe('complete'), { timeout: 20_000 });
    await schedule.stop();
    await replica.close();
  });
});
