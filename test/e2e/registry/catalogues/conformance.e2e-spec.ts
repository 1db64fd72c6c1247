import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';
import { officialValidator } from '../../../support/official-openapi.js';
import { hasSharedData } from '../../../support/shared-data.js';

const BASES = ['/v0.1', '/v0', '', '/api/v0', '/registry/default/v0.1', '/registry/default/v0'];

describe.skipIf(!hasSharedData)('the sample in the shapes of the standard (needs the shared data)', () => {
  const registry = useRegistry();

  it.each(BASES)('lists and servers below %s', async (base) => {
    const faults = officialValidator();
    const queries = [
      '',
      '?limit=1',
      '?limit=3&version=latest',
      '?search=weather',
      '?search=none',
      '?sort=updated',
    ];
    for (const query of queries) {
      for (const page of await registry.pages(`${base}/servers${query}`)) {
        expect(faults('ServerList', page)).toEqual([]);
      }
    }
    const { servers } = await registry.list(`${base}/servers`);
    for (const { server } of servers) {
      const single = await registry.get(`${base}/servers/${encodeURIComponent(server.name)}`);
      expect(faults('ServerResponse', single.json())).toEqual([]);
    }
  });

  it.each(BASES.filter((base) => base !== '/api/v0'))('versions below %s', async (base) => {
    const faults = officialValidator();
    const { servers } = await registry.list(`${base}/servers`);
    for (const { server } of servers) {
      const path = `${base}/servers/${encodeURIComponent(server.name)}/versions`;
      expect(faults('ServerList', (await registry.get(path)).json())).toEqual([]);
      for (const version of ['latest', server.version]) {
        expect(faults('ServerResponse', (await registry.get(`${path}/${version}`)).json())).toEqual([]);
      }
    }
  });

  it('the validator itself refuses what the standard does not allow', () => {
    const faults = officialValidator();

    expect(faults('ServerList', { servers: null })).not.toEqual([]);
    expect(faults('ServerList', { servers: [{ server: { name: 'x' } }] })).not.toEqual([]);
    expect(faults('ServerResponse', { _meta: {} })).not.toEqual([]);
  });
});
