import { describe, expect, it } from 'vitest';
import { listed, useRegistry, type ServerList } from '../../../support/registry-server.js';

/** The sample registry in the order of every list: by name, then by version. */
const SAMPLE = [
  'com.example.design/color-palette@1.3.0',
  'com.example.docs/document-search@0.9.2',
  'com.example.ops/cluster-status@1.12.0',
  'com.example.support/tickets@5.2.0',
  'com.example.weather/forecast@1.0.0',
  'com.example.weather/forecast@1.1.0-rc.1',
  'com.example.weather/forecast@1.1.0',
  'io.github.example-org/desk-notes@1.0.0',
  'io.github.example-org/log-search@0.5.0',
  'io.github.example-org/time-zones@3.0.0',
  'net.example.mail/mailbox@4.1.0',
  'net.example.office/calendar@2026-03-01',
  'net.example.office/calendar@2026-09-15',
  'org.example.archive/file-browser@0.3.7',
  'org.example.data/table-reader@2.4.1',
  'org.example.maps/route-planner@1.8.3',
];
const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const OWN = 'dev.toolhive.registry';

describe('GET /v0.1/servers', () => {
  const registry = useRegistry();

  it('shows every version by name, then by version order, in the envelope of the standard', async () => {
    const answer = await registry.get('/v0.1/servers');
    const list = answer.json<ServerList>();

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(listed(list)).toEqual(SAMPLE);
    expect(Object.keys(list)).toEqual(['servers', 'metadata']);
    expect(list.metadata).toEqual({ count: SAMPLE.length });
  });

  it('gives each item the document, the official block and the own block, and nothing else', async () => {
    const { servers } = await registry.list('/v0.1/servers');

    for (const item of servers) {
      expect(Object.keys(item)).toEqual(['server', '_meta']);
      expect(Object.keys(item._meta).sort()).toEqual([OWN, OFFICIAL]);
      expect(Object.keys(item._meta[OFFICIAL])).toEqual([
        'status',
        'statusChangedAt',
        'publishedAt',
        'updatedAt',
        'isLatest',
      ]);
      expect(item._meta[OWN]).toEqual({ source: 'sample', revision: expect.any(Number) as number });
      expect(item._meta[OFFICIAL].updatedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it('takes the status from the publisher extension, whatever its letter case', async () => {
    const { servers } = await registry.list('/v0.1/servers');

    const deprecated = servers.filter(({ _meta }) => _meta[OFFICIAL].status === 'deprecated');
    expect(listed({ servers: deprecated })).toEqual(['org.example.archive/file-browser@0.3.7']);
    expect(servers.filter(({ _meta }) => _meta[OFFICIAL].status === 'active')).toHaveLength(15);
  });

  it('marks exactly one version of each server as latest, and version=latest shows just these', async () => {
    const { servers } = await registry.list('/v0.1/servers');
    const latest = await registry.list('/v0.1/servers?version=latest');

    const marked = servers.filter(({ _meta }) => _meta[OFFICIAL].isLatest);
    expect(listed({ servers: marked })).toEqual(listed(latest));
    expect(listed(latest)).toHaveLength(13);
    expect(listed(latest)).toContain('com.example.weather/forecast@1.1.0');
    expect(listed(latest)).toContain('net.example.office/calendar@2026-09-15');
  });

  it('shows one exact version of every server that has it', async () => {
    expect(listed(await registry.list('/v0.1/servers?version=1.0.0'))).toEqual([
      'com.example.weather/forecast@1.0.0',
      'io.github.example-org/desk-notes@1.0.0',
    ]);
    expect(await registry.list('/v0.1/servers?version=9.9.9')).toEqual({
      servers: [],
      metadata: { count: 0 },
    });
  });

  it.each([
    ['limit=0', 1],
    ['limit=-5', 1],
    ['limit=1', 1],
    ['limit=16', 16],
    ['limit=1001', 16],
    ['limit=99999999999999999999', 16],
    ['limit=', 16],
    ['limit=3&limit=5', 3],
  ])('clamps limits, and takes the first: ?%s gives %i', async (query, count) => {
    expect((await registry.list(`/v0.1/servers?${query}`)).metadata.count).toBe(count);
  });

  it.each([
    '',
    '?',
    '?q=weather&page=2&offset=9',
    '?cursor=&search=&updated_since=&version=&include_deleted=&sort=&tag=&status=',
    '?registry_type=&transport=&source=&limit=',
    '?limit[]=3&__proto__=1&constructor=2',
    '?=&&&',
  ])('ignores unknown and empty parameters: %j', async (query) => {
    expect(listed(await registry.list(`/v0.1/servers${query}`))).toEqual(SAMPLE);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const got = await registry.get('/v0.1/servers?limit=2');
    const head = await registry.send('HEAD', '/v0.1/servers?limit=2');

    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ['etag', 'content-length', 'content-type', 'cache-control', 'vary']) {
      expect([name, head.headers[name]]).toEqual([name, got.headers[name]]);
    }
  });

  it('answers in JSON whatever the client accepts', async () => {
    for (const accept of ['text/html', 'application/xml', '*/*;q=0', '???']) {
      const answer = await registry.get('/v0.1/servers?limit=1', { accept });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    }
  });
});
