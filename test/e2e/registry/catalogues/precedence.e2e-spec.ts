import { describe, expect, it } from 'vitest';
import { useRegistry, type ServerItem, type ServerList } from '../../../support/registry-server.js';
import { officialValidator } from '../../../support/official-openapi.js';
import { hasSharedData, sharedData } from '../../../support/shared-data.js';

const LIMITS = [1, 7, 30, 100, 1000];
const FILES = { toolhive: 'toolhive-registry.json', upstream: 'toolhive-catalog-upstream.json' };
const ORDERS = [
  ['toolhive', 'upstream'],
  ['upstream', 'toolhive'],
] as const;

function sourceOf({ _meta }: ServerItem): string {
  return _meta['dev.toolhive.registry'].source;
}

function winnersOf(items: readonly ServerItem[]): Record<string, string> {
  return Object.fromEntries(items.map((item) => [item.server.name, sourceOf(item)]));
}

function pagesToItems(pages: readonly ServerList[]): ServerItem[] {
  return pages.flatMap(({ servers }) => servers);
}

describe.skipIf(!hasSharedData)('two real catalogues in one registry (needs the shared data)', () => {
  const registry = useRegistry({
    config: () => ({
      sources: Object.entries(FILES).map(([name, file]) => ({
        name,
        format: name,
        syncPolicy: { interval: '1h' },
        file: { path: sharedData(file) },
      })),
      registries: [
        ...ORDERS.map((sources) => ({ name: `${sources[0]}-first`, sources })),
        { name: 'toolhive', sources: ['toolhive'] },
        { name: 'upstream', sources: ['upstream'] },
      ],
    }),
  });

  async function namesOf(source: string): Promise<Set<string>> {
    const { servers } = await registry.list(`/registry/${source}/v0.1/servers?limit=1000`);
    return new Set(servers.map(({ server }) => server.name));
  }

  it.each(ORDERS)('lets %s win over %s on every page size and every route', async (first, second) => {
    const upper = await namesOf(first);
    const lower = await namesOf(second);
    const names = [...new Set([...upper, ...lower])].sort();
    const expected = Object.fromEntries(names.map((name) => [name, upper.has(name) ? first : second]));
    expect(names).toHaveLength(116);
    expect(names.filter((name) => upper.has(name) && lower.has(name))).toHaveLength(97);

    const base = `/registry/${first}-first`;
    for (const limit of LIMITS) {
      for (const route of ['/v0.1/servers?', '/v0.1/servers?version=latest&']) {
        const pages = await registry.pages(`${base}${route}limit=${limit}`, `limit=${limit}&`);
        expect(winnersOf(pagesToItems(pages))).toEqual(expected);
        expect(pagesToItems(pages)).toHaveLength(116);
      }
    }
    for (const route of ['/v0/servers?', '/servers?', '/api/v0/servers?', '/v0.1/servers?sort=updated&']) {
      expect(winnersOf((await registry.list(`${base}${route}limit=1000`)).servers)).toEqual(expected);
    }
    for (const name of names) {
      const path = `${base}/v0.1/servers/${encodeURIComponent(name)}`;
      const { servers: versions } = await registry.list(`${path}/versions`);
      const found = (await registry.list(`${base}/v0.1/servers?search=${name}&limit=1000`)).servers;
      const items = [...versions, ...found.filter(({ server }) => server.name === name)];
      for (const single of [path, `${path}/versions/latest`]) {
        items.push((await registry.get(single)).json<ServerItem>());
      }
      items.push(
        (await registry.get(`${base}/api/v0/servers/${encodeURIComponent(name)}`)).json<ServerItem>(),
      );
      expect(items.length).toBeGreaterThanOrEqual(5);
      expect([name, ...new Set(items.map(sourceOf))]).toEqual([name, expected[name]]);
    }
  });

  it.each(ORDERS)('filters by source after precedence: %s before %s', async (first, second) => {
    const base = `/registry/${first}-first/v0.1/servers?limit=1000`;
    const upper = await namesOf(first);

    const won = await registry.list(`${base}&source=${first}`);
    const rest = await registry.list(`${base}&source=${second}`);
    expect(won.metadata.count).toBe(upper.size);
    expect(rest.metadata.count).toBe(116 - upper.size);
    expect(rest.servers.filter(({ server }) => upper.has(server.name))).toEqual([]);
  });

  it.each(['toolhive', 'upstream', 'toolhive-first', 'upstream-first'])(
    'answers of registry %s have the shapes of the standard',
    async (name) => {
      const faults = officialValidator();
      const route = `/registry/${name}/v0.1/servers`;
      const lists = [
        await registry.list(`${route}?limit=1000`),
        ...(await registry.pages(`${route}?limit=30`)),
      ];
      const found: string[] = lists.flatMap((list) => faults('ServerList', list));
      for (const { server } of lists[0]?.servers ?? []) {
        const path = `${route}/${encodeURIComponent(server.name)}`;
        found.push(...faults('ServerList', (await registry.get(`${path}/versions`)).json()));
        for (const single of ['', '/versions/latest', `/versions/${encodeURIComponent(server.version)}`]) {
          const answer = await registry.get(path + single);
          found.push(...faults('ServerResponse', answer.json()).map((fault) => `${path}${single} ${fault}`));
        }
      }

      expect([...new Set(found)]).toEqual([]);
    },
  );
});
