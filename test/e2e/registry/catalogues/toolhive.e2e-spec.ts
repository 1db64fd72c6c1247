import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';
import { hasSharedData, sharedData } from '../../../support/shared-data.js';

const FILE = 'toolhive-registry.json';
const OFFICIAL = 'io.modelcontextprotocol.registry/official';

interface ToolHiveFile {
  readonly servers: Record<string, object>;
  readonly remote_servers: Record<string, object>;
}

describe.skipIf(!hasSharedData)(
  'the ToolHive registry, by the single-source form (needs the shared data)',
  () => {
    const registry = useRegistry({
      config: () => ({
        registryName: 'toolhive',
        source: { type: 'file', format: 'toolhive', file: { path: sharedData(FILE) } },
        syncPolicy: { interval: '1h' },
      }),
    });

    it('serves every server of the file, one of them deprecated', async () => {
      const { servers, metadata } = await registry.list('/v0.1/servers?limit=1000');

      expect(metadata).toEqual({ count: 102 });
      const statuses = servers.map(({ _meta }) => _meta[OFFICIAL].status);
      expect(statuses.filter((status) => status === 'deprecated')).toHaveLength(1);
      expect(statuses.filter((status) => status === 'active')).toHaveLength(101);
      expect(new Set(servers.map(({ _meta }) => _meta['dev.toolhive.registry'].source))).toEqual(
        new Set(['toolhive']),
      );
      for (const { server, _meta } of servers) {
        expect(server.description).not.toBe('');
        expect(_meta[OFFICIAL].isLatest).toBe(true);
      }
    });

    it('shows each original by the first API, under the name that the list gives it', async () => {
      const { servers, total } = (await registry.get('/api/v0/servers?format=toolhive')).json<{
        servers: { name: string; description: string; tools_count: number }[];
        total: number;
      }>();
      const file = JSON.parse(readFileSync(sharedData(FILE), 'utf8')) as ToolHiveFile;
      const originals = [...Object.values(file.servers), ...Object.values(file.remote_servers)];

      expect([total, servers.length]).toEqual([102, 102]);
      const described = (list: readonly object[]) =>
        list.map((item) => (item as { description: string }).description).sort();
      expect(described(servers)).toEqual(described(originals));
      for (const { name, tools_count: count } of servers) {
        const detail = await registry.get(`/api/v0/servers/${encodeURIComponent(name)}?format=toolhive`);
        expect([detail.status, detail.json<{ tools: string[] }>().tools.length]).toEqual([200, count]);
      }
    });

    it('is the registry at the root and under its name', async () => {
      const root = await registry.get('/v0.1/servers');

      expect((await registry.get('/registry/toolhive/v0.1/servers')).text).toBe(root.text);
      expect((await registry.get('/api/v0/info')).json()).toMatchObject({ total_servers: 102 });
    });
  },
);
