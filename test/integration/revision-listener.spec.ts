import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { Replica, type ReplicaOptions } from '../support/replica.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const PATIENCE = { timeout: 20_000, interval: 10 };
/** Nobody looks by itself within a test: only notifications can tell. */
const NEVER = 600_000;

describe.skipIf(!hasPostgresql)('what one replica changes', () => {
  let cluster: PostgresqlCluster;
  const open: { close(): Promise<void> }[] = [];
  let databases = 0;

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await (await Replica.open(await cluster.createDatabase('empty'))).close();
  }, 60_000);

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  afterAll(() => cluster.remove());

  async function database(): Promise<string> {
    databases += 1;
    return cluster.createDatabase(`replicas_${databases}`, 'empty');
  }

  async function serve(url: string, options: ReplicaOptions = {}): Promise<Replica> {
    const replica = await Replica.serve(url, options);
    open.push(replica);
    return replica;
  }

  async function proxied(url: string): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await TcpProxy.to(cluster.port);
    open.push(proxy);
    return { proxy, url: url.replace(`:${cluster.port}/`, `:${proxy.port}/`) };
  }

  it('arrives at the others by notification, a thing at a time and in bursts', async () => {
    const url = await database();
    const [one, two, three] = [await serve(url), await serve(url), await serve(url)];
    expect(await Promise.all([one, two, three].map((replica) => replica.hears()))).toEqual([
      true,
      true,
      true,
    ]);
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);

    await one.store('one', ['a/a']);
    await vi.waitFor(() => expect([two.names(), three.names()]).toEqual([['a/a'], ['a/a']]), PATIENCE);
    for (let count = 1; count <= 20; count += 1) {
      await (count % 2 === 0 ? two : three).store('one', names(count));
    }

    for (const replica of [one, two, three]) {
      await vi.waitFor(() => expect(replica.names()).toEqual(names(20)), PATIENCE);
    }
  });

  it('is in its own catalogue without the way over the database', async () => {
    const one = await serve(await database());
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await one.listener.beforeApplicationShutdown();

    await one.store('one', ['a/a']);

    await vi.waitFor(() => expect(one.names()).toEqual(['a/a']), PATIENCE);
  });

  it('includes the status of its sources, and those that are there no more', async () => {
    const url = await database();
    const [one, two] = [await serve(url), await serve(url)];
    await two.hears();
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await one.store('one', ['a/a']);
    const phases = () => two.progress.all().map(({ name, phase }) => `${name} ${phase}`);
    await vi.waitFor(() => expect(phases()).toEqual(['one complete']), PATIENCE);

    await one.sources.begin('one', new Date());
    await vi.waitFor(() => expect(phases()).toEqual(['one syncing']), PATIENCE);
    await one.sources.reconcile([{ name: 'two', kind: 'file' }]);

    await vi.waitFor(() => expect(phases()).toEqual(['two pending']), PATIENCE);
    await vi.waitFor(() => expect([...two.catalog.current.shelves.keys()]).toEqual(['two']), PATIENCE);
  });

  it('leaves nothing of a source that was removed and came back while nobody looked', async () => {
    const url = await database();
    const [one, two] = [await serve(url), await serve(url)];
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await one.store('one', ['a/old']);
    await two.hears();
    await vi.waitFor(() => expect(two.names()).toEqual(['a/old']), PATIENCE);
    await two.listener.beforeApplicationShutdown();
    await one.sources.reconcile([]);
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await one.store('one', ['a/new']);

    two.feed.lookElsewhere();

    await vi.waitFor(() => expect(two.names()).toEqual(['a/new']), PATIENCE);
  });

  it('is caught up with after the connection was lost, and heard again afterwards', async () => {
    const direct = await database();
    const { proxy, url } = await proxied(direct);
    const one = await serve(direct);
    const two = await serve(url, { times: { poll: NEVER } });
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await two.hears();

    proxy.isClosed = true;
    proxy.cut();
    await one.store('one', ['a/a']);
    await vi.waitFor(() => expect(two.listener.hears).toBeUndefined(), PATIENCE);
    expect(two.catalog.current.revision).toBe(0);
    proxy.isClosed = false;

    await vi.waitFor(() => expect(two.names()).toEqual(['a/a']), PATIENCE);
    await two.hears();
    await one.store('one', ['b/b']);
    await vi.waitFor(() => expect(two.names()).toEqual(['b/b']), PATIENCE);
  });

  it('is found by looking where notifications do not pass', async () => {
    const direct = await database();
    const { proxy, url } = await proxied(direct);
    // The way without LISTEN, which is what a pooler in transaction mode comes to.
    proxy.replaces = { text: 'LISTEN thv_registry_api', by: 'LISTEN xhv_registry_api' };
    const one = await serve(direct);
    const two = await serve(url, { times: { poll: 50, echo: 300 } });
    await one.sources.reconcile([{ name: 'one', kind: 'file' }]);
    expect(await two.hears()).toBe(false);

    await one.store('one', ['a/a']);

    await vi.waitFor(() => expect(two.names()).toEqual(['a/a']), PATIENCE);
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `a/${String(index).padStart(3, '0')}`);
}
