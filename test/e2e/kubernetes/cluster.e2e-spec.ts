import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubernetesApi, KubernetesApi } from '../../support/kubernetes-api.js';
import {
  createNamespace,
  createObject,
  defineKinds,
  deleteObject,
  exported,
  patchObject,
  setStatus,
  storedTitles,
} from '../../support/kubernetes-objects.js';
import { ClusterRegistry } from '../../support/kubernetes-program.js';

/** Objects and namespaces of the long test; the campaign has 500 in 20. */
const [OBJECTS, NAMESPACES] = (process.env['THV_TEST_CLUSTER'] ?? '60x6').split('x').map(Number) as [
  number,
  number,
];
const PATIENCE = { timeout: 60_000, interval: 50 };
const DEPLOYED = '/api/v0/deployed';

describe.skipIf(!hasKubernetesApi)('a registry of a cluster', () => {
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => `ns-${index}`);
  let api: KubernetesApi;
  let registry: ClusterRegistry;

  beforeAll(async () => {
    api = await KubernetesApi.create();
    await defineKinds(api);
    for (const name of namespaces) await createNamespace(api, name);
    registry = await ClusterRegistry.start(api, namespaces);
    await vi.waitFor(() => registry.get('/readiness'), PATIENCE);
  });

  afterAll(() => registry.stop());

  it('is empty, and so is the list of what runs, while there is nothing', async () => {
    expect([await registry.servers(), await registry.get(DEPLOYED)]).toEqual([new Map(), []]);
  });

  it('shows what an object says and whether it runs, as the object changes', async () => {
    const wish = { namespace: 'ns-0', name: 'fetch' };
    const hidden = { namespace: 'ns-1', name: 'hidden', annotations: {} };
    await createObject(api, hidden);
    await createObject(api, wish);
    await vi.waitFor(
      async () => expect([...(await registry.servers())]).toEqual([['ns-0/fetch', '']]),
      PATIENCE,
    );

    await patchObject(api, wish, { metadata: { annotations: exported({ 'registry-title': 'Fetch' }) } });
    await setStatus(api, wish, { phase: 'Ready', url: 'http://fetch.ns-0:8080' });

    await vi.waitFor(
      async () => expect([...(await registry.servers())]).toEqual([['ns-0/fetch', 'Fetch']]),
      PATIENCE,
    );
    const running = {
      name: 'fetch',
      namespace: 'ns-0',
      kind: 'MCPServer',
      status: 'Ready',
      image: 'ghcr.io/example/server:1.2.0',
      transport: 'stdio',
      ready: true,
      endpoint_url: 'http://fetch.ns-0:8080',
    };
    await vi.waitFor(async () => expect(await registry.get(DEPLOYED)).toEqual([running]), PATIENCE);
    for (const name of ['fetch', 'com.toolhive.k8s.ns-0%2Ffetch', 'com.toolhive.k8s.ns-0/fetch']) {
      expect(await registry.get(`${DEPLOYED}/${name}`)).toEqual([running]);
    }
    expect(await registry.get(`${DEPLOYED}/nobody`)).toEqual([]);
    await deleteObject(api, hidden);
    await deleteObject(api, wish);
    await vi.waitFor(
      async () => expect([(await registry.servers()).size, await registry.get(DEPLOYED)]).toEqual([0, []]),
      PATIENCE,
    );
  });

  it('shows servers that were deployed from it without being exported', async () => {
    const labels = {
      'toolhive.stacklok.io/registry-name': 'default',
      'toolhive.stacklok.io/server-name': 'weather',
    };
    const wish = { namespace: 'ns-0', name: 'my-weather', annotations: {}, labels };
    await createObject(api, wish);

    await vi.waitFor(
      async () =>
        expect(await registry.get(`${DEPLOYED}/weather`)).toMatchObject([
          { name: 'my-weather', ready: false },
        ]),
      PATIENCE,
    );
    expect((await registry.servers()).size).toBe(0);
    await deleteObject(api, wish);
  });

  it('ends equal to the objects, whatever happens to them and to the API server meanwhile', async () => {
    const wishes = Array.from({ length: OBJECTS }, (_, index) => ({
      namespace: namespaces[index % NAMESPACES] ?? '',
      name: `server-${index}`,
      kind: (['MCPServer', 'MCPRemoteProxy', 'VirtualMCPServer'] as const)[index % 3] ?? 'MCPServer',
    }));
    for (const wish of wishes) await createObject(api, wish);
    await api.stop();
    await api.start();
    for (const [index, wish] of wishes.entries()) {
      if (index % 4 === 0) {
        await deleteObject(api, wish);
      } else if (index % 4 === 1) {
        const title = `Title ${index}`;
        await patchObject(api, wish, { metadata: { annotations: exported({ 'registry-title': title }) } });
      } else if (index % 4 === 2) {
        await setStatus(api, wish, { phase: 'Ready' });
      }
      if (index === Math.floor(OBJECTS / 2)) {
        await api.stop();
        await api.start();
      }
    }
    for (const [index, wish] of wishes.entries()) {
      if (index % 8 !== 0) continue;
      const title = `Again ${index}`;
      await createObject(api, { ...wish, annotations: exported({ 'registry-title': title }) });
    }

    const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    const stored = sorted(await storedTitles(api));
    const count = (every: number) => Math.ceil(OBJECTS / every);
    expect(stored).toHaveLength(OBJECTS - count(4) + count(8));
    await vi.waitFor(async () => expect(sorted(await registry.servers())).toEqual(stored), PATIENCE);
    const running = wishes.filter((_, index) => index % 4 === 2).map(({ name }) => name);
    await vi.waitFor(async () => {
      const deployed = await registry.get<{ name: string; ready: boolean }[]>(DEPLOYED);
      expect(deployed).toHaveLength(stored.length);
      const ready = deployed.filter((one) => one.ready).map(({ name }) => name);
      expect(ready.sort()).toEqual(running.sort());
    }, PATIENCE);
  });
});
