import { describe, expect, it } from 'vitest';
import { listed, useRegistry, type ServerList } from '../../../support/registry-server.js';

function joined(pages: readonly ServerList[]): string[] {
  return pages.flatMap(listed);
}

describe('paging GET /v0.1/servers', () => {
  const registry = useRegistry();

  it.each(['', 'version=latest', 'search=example', 'sort=updated', 'sort=relevance&search=search'])(
    'gives the same whole with every page size: ?%s',
    async (query) => {
      const whole = listed(await registry.list(`/v0.1/servers?limit=1000&${query}`));
      expect(whole.length).toBeGreaterThan(1);

      for (let limit = 1; limit <= whole.length + 1; limit += 1) {
        const pages = await registry.pages(`/v0.1/servers?limit=${limit}&${query}`, `limit=${limit}&`);

        expect(joined(pages)).toEqual(whole);
        expect(pages).toHaveLength(Math.ceil(whole.length / limit));
        for (const { servers, metadata } of pages) expect(metadata.count).toBe(servers.length);
      }
    },
  );

  it('ends without an empty page and without nextCursor', async () => {
    const { metadata } = await registry.list('/v0.1/servers?limit=16');

    expect(metadata).toEqual({ count: 16 });
  });

  it('makes cursors of letters, digits, - and _ only', async () => {
    for (const query of ['search=e&version=latest', 'tag=remote', 'sort=updated', 'search=%C3%A9+e']) {
      const pages = await registry.pages(`/v0.1/servers?limit=1&${query}`, 'limit=1&');
      const cursors = pages.slice(0, -1).map(({ metadata }) => metadata.nextCursor);
      for (const cursor of cursors) expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(pages.at(-1)?.metadata).not.toHaveProperty('nextCursor');
    }
  });

  it.each(['search=search', 'tag=remote', 'transport=stdio', 'version=latest', 'registry_type=oci'])(
    'carries the filters of the first page in the cursor: ?%s',
    async (query) => {
      const whole = listed(await registry.list(`/v0.1/servers?${query}`));

      expect(joined(await registry.pages(`/v0.1/servers?limit=1&${query}`, 'limit=1&'))).toEqual(whole);
      expect(whole.length).toBeGreaterThan(1);
    },
  );

  it('lets the cursor win over different filters and order on later pages', async () => {
    const first = await registry.list('/v0.1/servers?limit=1&search=search&version=latest');
    const cursor = first.metadata.nextCursor ?? '';
    const rest = listed(await registry.list(`/v0.1/servers?cursor=${cursor}`));
    const others = 'search=weather&version=1.0.0&tag=none&sort=updated&status=deleted&source=none';

    expect(rest.length).toBeGreaterThan(0);
    expect(listed(await registry.list(`/v0.1/servers?${others}&cursor=${cursor}`))).toEqual(rest);
  });

  it('never carries the limit in the cursor', async () => {
    const { metadata } = await registry.list('/v0.1/servers?limit=2');
    const cursor = metadata.nextCursor ?? '';

    expect((await registry.list(`/v0.1/servers?cursor=${cursor}`)).metadata.count).toBe(14);
    expect((await registry.list(`/v0.1/servers?limit=5&cursor=${cursor}`)).metadata.count).toBe(5);
    const other = await registry.list('/v0.1/servers?limit=1');
    const second = await registry.list(`/v0.1/servers?limit=1&cursor=${other.metadata.nextCursor ?? ''}`);
    expect(second.metadata.nextCursor).toBe(cursor);
  });

  it('binds a cursor to no path: each alias goes on where another stopped', async () => {
    const { metadata } = await registry.list('/v0.1/servers?limit=3');
    const rest = await registry.list(`/v0.1/servers?cursor=${metadata.nextCursor ?? ''}`);

    for (const path of ['/v0/servers', '/servers', '/registry/default/v0.1/servers', '/api/v0/servers']) {
      expect(await registry.list(`${path}?cursor=${metadata.nextCursor ?? ''}`)).toEqual(rest);
    }
  });
});
