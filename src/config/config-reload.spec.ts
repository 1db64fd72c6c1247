import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.loader.js';
import { planReload } from './config-reload.js';

async function reading(env: Record<string, string>) {
  return (await loadConfig({ env: { THV_REGISTRY_SOURCE_TYPE: 'file', ...env } })).config;
}

describe('a reload', () => {
  it('takes sources and registries over, and names them', async () => {
    const current = await reading({ THV_REGISTRY_SOURCE_FILE_PATH: 'a.json' });
    const next = await reading({
      THV_REGISTRY_SOURCE_FILE_PATH: 'b.json',
      THV_REGISTRY_REGISTRYNAME: 'other',
    });

    const reload = planReload(current, next);

    expect(reload.changed).toEqual(['registries', 'sources']);
    expect(reload.config.sources).toBe(next.sources);
    expect(reload.config.registries).toBe(next.registries);
    expect(reload.waiting).toEqual([]);
  });

  it('leaves everything else as it is until a restart, and names it', async () => {
    const place = { THV_REGISTRY_SOURCE_FILE_PATH: 'a.json' };
    const current = await reading(place);
    const next = await reading({ ...place, THV_REGISTRY_SERVER_SHUTDOWNGRACE: '5s' });

    const reload = planReload(current, next);

    expect(reload.changed).toEqual([]);
    expect(reload.waiting).toEqual(['server']);
    expect(reload.config.server).toBe(current.server);
  });

  it('of the same file changes nothing', async () => {
    const place = { THV_REGISTRY_SOURCE_FILE_PATH: 'a.json' };

    const reload = planReload(await reading(place), await reading(place));

    expect(reload).toMatchObject({ changed: [], waiting: [] });
  });
});
