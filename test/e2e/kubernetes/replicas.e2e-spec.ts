import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { hasKubernetesApi, KubernetesApi } from '../../support/kubernetes-api.js';
import { createNamespace, createObject, defineKinds } from '../../support/kubernetes-objects.js';
import { ClusterRegistry } from '../../support/kubernetes-program.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../support/postgresql.js';

const PATIENCE = { timeout: 60_000, interval: 50 };
/** What is promised between the death of one and what another shows. */
const TAKEOVER = { timeout: 15_000, interval: 50 };

describe.skipIf(!hasKubernetesApi || !hasPostgresql)('two replicas that follow one cluster', () => {
  it('show the same, and what happens after the death of one is shown by the other without a gap', async () => {
    const [api, postgresql] = await Promise.all([KubernetesApi.create(), PostgresqlCluster.create()]);
    await postgresql.createDatabase('registry');
    await defineKinds(api);
    await createNamespace(api, 'a');
    await createObject(api, { namespace: 'a', name: 'one' });
    const login = { user: SUPERUSER, password: SUPERUSER, sslMode: 'disable' };
    const database = { host: '127.0.0.1', port: postgresql.port, database: 'registry', ...login };
    const first = await ClusterRegistry.start(api, ['a'], { database });
    const second = await ClusterRegistry.start(api, ['a'], { database });
    const shows = (registry: ClusterRegistry, names: readonly string[], patience = PATIENCE) =>
      vi.waitFor(async () => expect([...(await registry.servers()).keys()]).toEqual(names), patience);
    await shows(first, ['a/one']);
    await shows(second, ['a/one']);
    await createObject(api, { namespace: 'a', name: 'three' });
    await shows(first, ['a/one', 'a/three']);
    await shows(second, ['a/one', 'a/three']);

    const reading = new AbortController();
    const counts = readAllTheTime(second, reading.signal);
    await createObject(api, { namespace: 'a', name: 'two' });
    await first.stop('SIGKILL');
    await createObject(api, { namespace: 'a', name: 'zero' });

    await shows(second, ['a/one', 'a/three', 'a/two', 'a/zero'], TAKEOVER);
    reading.abort();
    expect(Math.min(...(await counts))).toBeGreaterThanOrEqual(2);
    const running = await second.get<{ name: string }[]>('/api/v0/deployed');
    expect(running.map(({ name }) => name)).toEqual(['one', 'three', 'two', 'zero']);
    await second.stop();
  });
});

/** How many servers each of many reads has shown; fails when one is not answered. */
async function readAllTheTime(registry: ClusterRegistry, signal: AbortSignal): Promise<number[]> {
  const counts: number[] = [];
  while (!signal.aborted) {
    counts.push((await registry.servers()).size);
    await wait(20);
  }
  return counts;
}
