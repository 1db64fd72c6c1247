import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LeaseHeld, SourceLease } from '../../src/database/source-leases.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { storedHeads } from '../support/sync-plans.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { Replica } from '../support/replica.js';

const SHORT = 600;

function taken(lease: SourceLease | LeaseHeld): SourceLease {
  if ('token' in lease) return lease;
  throw new Error(`Another replica has it for ${lease.heldForMs} ms`);
}

describe.skipIf(!hasPostgresql)('the lease of a source', () => {
  let cluster: PostgresqlCluster;
  let one: Replica;
  let two: Replica;
  let names = 0;

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    one = await Replica.open(cluster.url(), { leaseLengthMs: SHORT });
    two = await Replica.open(cluster.url(), { leaseLengthMs: SHORT });
  }, 60_000);

  afterAll(async () => {
    await one.close();
    await two.close();
  });

  async function newSource(): Promise<string> {
    names += 1;
    const name = `source-${names}`;
    await one.sources.reconcile([{ name, kind: 'file' }]);
    return name;
  }

  /** A holder that stands still: its row is there, and nothing prolongs it. */
  async function paused(source: string, lengthMs: number): Promise<{ token: number }> {
    const token = await one.leaseStore.acquire({ source, holder: 'paused', lengthMs });
    if (token === undefined) throw new Error('The source is taken');
    return { token };
  }

  function takeOver(source: string): Promise<SourceLease> {
    return vi.waitFor(async () => taken(await two.leases.acquire(source)), { timeout: 10_000, interval: 20 });
  }

  it('that nobody ever had goes to one of those who ask for it at once, and fails for none', async () => {
    for (let times = 0; times < 200; times += 1) {
      const source = `first-${times}`;
      const asked = [one, two, one, two, one, two, one, two].map(({ leaseStore }, holder) =>
        leaseStore.acquire({ source, holder: `holder ${holder}`, lengthMs: 60_000 }),
      );

      const tokens = await Promise.all(asked);

      expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
    }
  });

  it('is had by one replica at a time, and by the next as soon as it is released', async () => {
    const source = await newSource();
    const first = taken(await one.leases.acquire(source));
    const refused = await two.leases.acquire(source);
    await first.release();
    const second = taken(await two.leases.acquire(source));

    expect(refused).toMatchObject({ heldForMs: expect.any(Number) as number });
    expect((refused as LeaseHeld).heldForMs).toBeLessThanOrEqual(SHORT);
    expect(second.token).toBeGreaterThan(first.token);
    await second.release();
  });

  it('goes to one of many that ask at once', async () => {
    const source = await newSource();
    const asked = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : two).leases.acquire(source));

    const holders = (await Promise.all(asked)).filter((lease) => 'token' in lease);

    expect(holders).toHaveLength(1);
    await Promise.all(holders.map((lease) => taken(lease).release()));
  });

  it('is kept by its heartbeat far beyond its length', async () => {
    const source = await newSource();
    const lease = taken(await one.leases.acquire(source));
    const expiry = async () =>
      (await cluster.query('SELECT expires_at FROM source_lease WHERE source = $1', [source]))[0];
    const seen = new Set<string>();
    await vi.waitFor(
      async () => {
        seen.add(JSON.stringify(await expiry()));
        expect(await two.leases.acquire(source)).toHaveProperty('heldForMs');
        expect(seen.size).toBeGreaterThan(6);
      },
      { timeout: 20_000, interval: 20 },
    );

    expect(lease.signal.aborted).toBe(false);
    await lease.release();
  });

  it('goes to another replica when its holder stands still, whose late commit is refused and writes nothing', async () => {
    const source = await newSource();
    const stale = await paused(source, SHORT / 4);
    const lease = await takeOver(source);
    const before = await one.entries.revision();

    await expect(one.store(source, ['late/late'], stale)).rejects.toMatchObject({
      code: 'conflict',
      message: 'another replica took this source over; nothing was written',
    });
    expect(await one.entries.revision()).toBe(before);

    await two.store(source, ['good/good'], lease);
    await lease.release();
    await expect(one.store(source, ['late/late'], stale)).rejects.toMatchObject({ code: 'conflict' });
    expect((await storedHeads(two.entries, source)).map(({ name }) => name)).toEqual(['good/good']);
  });

  it('keeps the status of its holder from a round of another replica that ends late, well or not', async () => {
    const source = await newSource();
    const stale = await paused(source, SHORT / 4);
    const lease = await takeOver(source);
    const at = new Date(0);
    await two.store(source, ['good/good'], lease);
    const before = await one.sources.all();

    const late = { startedAt: at, endedAt: at, nextAttempt: at, message: 'late', lease: stale };
    await expect(one.sources.confirm(source, late)).rejects.toMatchObject({ code: 'conflict' });
    await expect(one.sources.fail(source, late)).rejects.toMatchObject({ code: 'conflict' });
    expect(await one.sources.all()).toEqual(before);

    await two.sources.fail(source, { ...late, lease });
    await lease.release();
    expect((await one.sources.all()).find(({ name }) => name === source)).toMatchObject({
      phase: 'failed',
      message: 'late',
    });
    await two.sources.confirm(source, { ...late, lease });
    expect((await one.sources.all()).find(({ name }) => name === source)).toMatchObject({
      phase: 'complete',
      message: null,
    });
  });

  it('that has run out still writes as long as nobody took the source over', async () => {
    const source = await newSource();
    const stale = await paused(source, 1);

    await expect(one.store(source, ['a/a'], stale)).resolves.toEqual(expect.any(Number));
  });

  it('keeps its heartbeat going while its own commit is under way, and others out until that has ended', async () => {
    const source = await newSource();
    const { token } = await paused(source, 60_000);
    const runner = one.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT FROM source_lease WHERE source = $1 AND token = $2 FOR KEY SHARE', [
      source,
      token,
    ]);

    expect(await one.leaseStore.renew({ source, token }, 1)).toBe(true);
    await vi.waitFor(async () => expect(await one.leaseStore.remaining(source)).toBe(0), { timeout: 5_000 });
    let isTaken = false;
    const taking = two.leases.acquire(source).then((lease) => {
      isTaken = true;
      return taken(lease);
    });
    await vi.waitFor(async () => expect(await waiting(cluster)).toBe(1), { timeout: 10_000 });
    expect(isTaken).toBe(false);
    await runner.commitTransaction();
    await runner.release();

    const lease = await taking;
    expect(lease.token).toBeGreaterThan(token);
    await lease.release();
  });

  it('tells its holder when it was taken over', async () => {
    const source = await newSource();
    const lease = taken(await one.leases.acquire(source));
    await cluster.query(`UPDATE source_lease SET token = token + 1, holder = 'other' WHERE source = $1`, [
      source,
    ]);

    await vi.waitFor(() => expect(lease.signal.aborted).toBe(true), { timeout: 10_000 });

    expect(lease.signal.reason).toMatchObject({ code: 'conflict' });
    expect(await lease.isTakenOver()).toBe(true);
    await lease.release();
    expect(await two.leases.acquire(source)).toHaveProperty('heldForMs');
  });

  it('keeps counting when its source is removed and configured again', async () => {
    const source = await newSource();
    const stale = await paused(source, 1);
    await one.sources.reconcile([]);
    await one.sources.reconcile([{ name: source, kind: 'file' }]);
    const lease = await takeOver(source);

    expect(lease.token).toBeGreaterThan(stale.token);
    await lease.release();
  });
});

describe.skipIf(!hasPostgresql)('a lease whose database is away', () => {
  it('that could not be released can be had again at once by the process that had it, and by nobody else', async () => {
    const cluster = await PostgresqlCluster.create();
    const [one, two] = [await Replica.open(cluster.url()), await Replica.open(cluster.url())];
    const lease = taken(await one.leases.acquire('one'));
    await cluster.stop('SIGKILL');
    await lease.release();
    await cluster.start();

    expect(await two.leases.acquire('one')).toHaveProperty('heldForMs');
    const again = taken(await one.leases.acquire('one'));

    expect(again.token).toBe(lease.token + 1);
    await again.release();
    await one.close();
    await two.close();
  });

  it('is lost once it cannot be prolonged in time', async () => {
    const cluster = await PostgresqlCluster.create();
    const replica = await Replica.open(cluster.url(), { leaseLengthMs: SHORT });
    const lease = taken(await replica.leases.acquire('one'));
    await cluster.stop('SIGKILL');

    await vi.waitFor(() => expect(lease.signal.aborted).toBe(true), { timeout: 10_000 });

    expect(lease.signal.reason).toMatchObject({ code: 'conflict' });
    expect(await lease.isTakenOver()).toBe(false);
    await lease.release();
    await replica.close();
  });
});

it('the embedded store has leases too', async () => {
  const db = await EmbeddedDatabase.open();
  const lease = taken(await db.leases.acquire('one'));

  expect(await db.leases.acquire('one')).toHaveProperty('heldForMs');
  await lease.release();
  const again = taken(await db.leases.acquire('one'));

  expect(again.token).toBe(lease.token + 1);
  await again.release();
  await db.close();
});

/** Sessions that wait for a lock. */
async function waiting(cluster: PostgresqlCluster): Promise<unknown> {
  const [row] = await cluster.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
  );
  return row?.['count'];
}
