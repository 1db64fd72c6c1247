import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { retriedTransaction } from '../../src/database/retried-transaction.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { Replica, type ReplicaOptions } from '../support/replica.js';
import { storedHeads } from '../support/sync-plans.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const PATIENCE = { timeout: 20_000, interval: 20 };

describe.skipIf(!hasPostgresql)('when the database misbehaves', () => {
  let cluster: PostgresqlCluster;
  let url: string;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    url = await cluster.createDatabase('faults');
    const replica = await Replica.open(url);
    await replica.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await replica.close();
  }, 60_000);

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function serve(options: ReplicaOptions = {}, at = url): Promise<Replica> {
    const replica = await Replica.serve(at, options);
    open.push(replica);
    return replica;
  }

  async function stored(replica: Replica): Promise<string[]> {
    const heads = await storedHeads(replica.entries, 'one');
    return heads.flatMap(({ name, isDropped }) => (isDropped ? [] : [name])).sort();
  }

  it.each([
    ['before', false, ['old/old']],
    ['after', true, ['new/new']],
  ])(
    'a network that breaks just %s the end of a commit leaves all of it or nothing',
    async (_when, passed, left) => {
      const proxy = await TcpProxy.to(cluster.port);
      open.push(proxy);
      const other = await serve();
      const replica = await serve({}, url.replace(`:${cluster.port}/`, `:${proxy.port}/`));
      const first = await replica.store('one', ['old/old']);

      proxy.cutAt('COMMIT', { passed });
      await expect(replica.store('one', ['new/new'])).rejects.toThrow(/Connection terminated|ECONNRESET/);

      await vi.waitFor(async () => expect(await stored(other)).toEqual(left), PATIENCE);
      expect(await other.entries.revision()).toBe(passed ? first + 1 : first);
      await replica.store('one', ['new/new', 'next/next']);
      expect(await stored(other)).toEqual(['new/new', 'next/next']);
      await vi.waitFor(
        () =>
          expect([...other.names(), ...replica.names()]).toEqual([
            'new/new',
            'next/next',
            'new/new',
            'next/next',
          ]),
        PATIENCE,
      );
    },
  );

  it('a server killed again and again loses no commit that it confirmed, and is used again without help', async () => {
    const replica = await serve();
    const confirmed: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const killed = cluster.stop('SIGKILL').then(() => cluster.start());
      for (let tries = 0, names = 0; names < 5; tries += 1) {
        const name = `r${round}/n${tries}`;
        const isStored = await replica.store('one', [name]).then(
          () => true,
          () => false,
        );
        if (!isStored) continue;
        names += 1;
        confirmed.push(name);
      }
      await killed;
      const name = `r${round}/last`;
      await vi.waitFor(() => replica.store('one', [name]), PATIENCE);
      confirmed.push(name);
      expect(await stored(replica)).toEqual([name]);
    }

    const versions = new Set((await storedHeads(replica.entries, 'one')).map(({ name }) => name));
    expect(confirmed.filter((name) => !versions.has(name))).toEqual([]);
    await vi.waitFor(() => expect(replica.names()).toEqual(['r2/last']), PATIENCE);
  });

  it('reads go on while every connection is in use, and what waits for one goes on after', async () => {
    const replica = await serve({ poolSize: 2 });
    await replica.hears();
    await replica.store('one', ['before/before']);
    await vi.waitFor(() => expect(replica.names()).toEqual(['before/before']), PATIENCE);
    const busy = [replica.dataSource.createQueryRunner(), replica.dataSource.createQueryRunner()];
    for (const runner of busy) await runner.connect();

    const storing = replica.store('one', ['after/after']);
    expect(replica.names()).toEqual(['before/before']);
    for (const runner of busy) await runner.release();

    await storing;
    await vi.waitFor(() => expect(replica.names()).toEqual(['after/after']), PATIENCE);
  });

  it('transactions that lock each other out are tried again until all have gone through', async () => {
    await cluster.query('CREATE TABLE number (id integer PRIMARY KEY, value integer)', [], 'faults');
    await cluster.query('INSERT INTO number VALUES (1, 0), (2, 0)', [], 'faults');
    const replica = await serve();
    let tries = 0;
    const add = (ids: readonly number[]) =>
      retriedTransaction(replica.dataSource, async (manager) => {
        tries += 1;
        for (const id of ids) {
          await manager.query('UPDATE number SET value = value + 1 WHERE id = $1', [id]);
          await manager.query('SELECT pg_sleep(0.1)');
        }
      });

    await Promise.all([add([1, 2]), add([2, 1])]);

    expect(tries).toBeGreaterThan(2);
    expect(await cluster.query('SELECT value FROM number', [], 'faults')).toEqual([
      { value: 2 },
      { value: 2 },
    ]);
  });

  it('transactions that cannot be put in an order are tried again, but not for ever', async () => {
    const replica = await serve();
    let tries = 0;
    const never = retriedTransaction(replica.dataSource, async (manager) => {
      tries += 1;
      await manager.query(`DO $$ BEGIN RAISE SQLSTATE '40001'; END $$`);
    });

    await expect(never).rejects.toMatchObject({ code: '40001' });
    expect(tries).toBe(5);
  });

  it('a transaction that fails for another reason is not tried again', async () => {
    const replica = await serve();
    let tries = 0;
    const failing = retriedTransaction(replica.dataSource, async (manager) => {
      tries += 1;
      await manager.query('SELECT 1 / 0');
    });

    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(tries).toBe(1);
  });

  afterAll(() => cluster.remove());
});
