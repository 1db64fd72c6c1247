import { describe, expect, it } from 'vitest';
import { listed, useRegistry } from '../../../support/registry-server.js';

const FORECAST = 'com.example.weather/forecast';

describe('filters of GET /v0.1/servers', () => {
  const registry = useRegistry();

  async function namesFor(query: string): Promise<string[]> {
    const { servers } = await registry.list(`/v0.1/servers?version=latest&${query}`);
    return servers.map(({ server }) => server.name);
  }

  it.each([
    ['a part of the name', 'example.weather', [FORECAST]],
    ['the name in other letter case', 'COM.Example.WEATHER/FORECAST', [FORECAST]],
    ['the title', 'color+palette', ['com.example.design/color-palette']],
    ['the description', 'torage', []],
    ['the description in any case', 'POSTGRESQL', ['org.example.data/table-reader']],
    ['a tag', 'observability', ['com.example.ops/cluster-status', 'io.github.example-org/log-search']],
    ['a tool', 'plan_meeting', ['io.github.example-org/time-zones']],
    ['several words in different places', 'severe+travel+forecast', [FORECAST]],
    ['several words in any order', 'forecast+severe', [FORECAST]],
    ['words of which one is nowhere', 'forecast+nowhere', []],
    ['words with many blanks between', '%20%20severe%09%20travel%20', [FORECAST]],
    ['the percent sign, which is no wildcard', '%25', []],
    ['the underscore, which is no wildcard', 'color_palette', []],
    ['the underscore, which stands for itself', 'check_contrast', ['com.example.design/color-palette']],
    ['the asterisk, which is no wildcard', 'fore*', []],
    ['a backslash', '%5C', []],
    ['a quote', "'%22", []],
  ])('search finds %s', async (_what, search, names) => {
    expect(await namesFor(`search=${search}`)).toEqual(names);
  });

  it.each([
    ['tag=travel', [FORECAST, 'org.example.maps/route-planner']],
    ['tag=trave', []],
    ['registry_type=pypi', ['com.example.docs/document-search']],
    ['registry_type=mcpb', ['io.github.example-org/desk-notes']],
    [
      'transport=sse',
      ['io.github.example-org/time-zones', 'net.example.mail/mailbox', 'org.example.maps/route-planner'],
    ],
    ['tag=travel&transport=sse', ['org.example.maps/route-planner']],
    ['tag=travel&search=weather', [FORECAST]],
    ['status=deprecated', ['org.example.archive/file-browser']],
    ['status=DEPRECATED', ['org.example.archive/file-browser']],
    ['status=deleted', []],
    ['source=nowhere', []],
  ])('filters by ?%s', async (query, names) => {
    expect(await namesFor(query)).toEqual(names);
  });

  it('shows everything of the only source, and of several statuses', async () => {
    const all = await namesFor('');

    expect(await namesFor('source=sample')).toEqual(all);
    expect(await namesFor('status=active,deprecated')).toEqual(all);
    expect(await namesFor('status=active')).toHaveLength(all.length - 1);
    expect(await namesFor('include_deleted=true')).toEqual(all);
  });

  it('updated_since is strictly later', async () => {
    const { servers } = await registry.list('/v0.1/servers');
    const [first] = servers;
    const updatedAt = first?._meta['io.modelcontextprotocol.registry/official'].updatedAt ?? '';
    const before = new Date(Date.parse(updatedAt) - 1).toISOString();

    expect(listed(await registry.list(`/v0.1/servers?updated_since=${updatedAt}`))).toEqual([]);
    expect(listed(await registry.list(`/v0.1/servers?updated_since=${before}`))).toHaveLength(16);
  });

  it.each(['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.123456%2B02:00', '0001-01-01T00:00:00Z'])(
    'understands updated_since=%s',
    async (instant) => {
      expect((await registry.list(`/v0.1/servers?updated_since=${instant}`)).metadata.count).toBe(16);
    },
  );

  it('sort=updated keeps every version, sort=relevance puts the best match first', async () => {
    const byName = listed(await registry.list('/v0.1/servers'));
    const byUpdate = listed(await registry.list('/v0.1/servers?sort=updated'));

    expect([...byUpdate].sort()).toEqual([...byName].sort());
    expect(listed(await registry.list('/v0.1/servers?sort=name'))).toEqual(byName);
    const found = await namesFor('search=search');
    const best = await namesFor('search=search&sort=relevance');
    expect([...best].sort()).toEqual([...found].sort());
    // The word is in the name of two of them, and only in a description or among the tools of the others.
    expect(best.slice(0, 2).sort()).toEqual([
      'com.example.docs/document-search',
      'io.github.example-org/log-search',
    ]);
    expect(best.length).toBeGreaterThan(2);
  });
});
