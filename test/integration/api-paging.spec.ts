import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiSettings } from '../../src/config/registry-config.js';
import { ApiProvider } from '../../src/sources/api/api.provider.js';
import { apiSource, manyServers, readAll } from '../support/api-sources.js';
import { circling, reply, UpstreamRegistry, zeros } from '../support/upstream-registry.js';

let upstream: UpstreamRegistry;
let provider: ApiProvider;

beforeEach(async () => {
  upstream = await UpstreamRegistry.open();
  upstream.servers = manyServers(250);
  provider = new ApiProvider();
});

afterEach(() => upstream.close());

interface Reading {
  readonly endpoint?: string;
  readonly settings?: Partial<ApiSettings>;
  readonly signal?: AbortSignal;
}

function read({ endpoint = upstream.url, settings = {}, signal }: Reading = {}) {
  return readAll(provider, apiSource(endpoint, settings), signal);
}

describe('where a registry lies', () => {
  it.each([
    ['/v0.1', '', '/v0.1/servers'],
    ['/v0.1', '/', '/v0.1/servers'],
    ['/v0.1', '/v0.1', '/v0.1/servers'],
    ['/v0.1', '/v0.1/', '/v0.1/servers'],
    ['/v0', '', '/v0/servers'],
    ['/v0', '/v0/', '/v0/servers'],
    ['/v0.1', '/v0', '/v0.1/servers'],
    ['/registry/a%20b/v0.1', '/registry/a%20b', '/registry/a%20b/v0.1/servers'],
  ])('with its routes at %s it is found behind %j', async (root, path, asked) => {
    upstream.root = root;

    expect(await read({ endpoint: upstream.url + path })).toMatchObject({ count: 250 });

    expect(upstream.pages[0]?.path).toBe(asked);
  });

  it('takes the query of the endpoint along, and shows it to nobody', async () => {
    await read({ endpoint: `${upstream.url}?code=s3cret` });
    expect(upstream.pages[1]?.target).toMatch(/\?code=s3cret&limit=100&cursor=100/);

    upstream.content = '{}';
    await expect(read({ endpoint: `${upstream.url}?code=s3cret` })).rejects.toMatchObject({
      message: expect.not.stringContaining('s3cret'),
    });
  });

  it('refuses an endpoint with a password in it without showing it', async () => {
    const endpoint = upstream.url.replace('http://', 'http://me:s3cret@');

    await expect(read({ endpoint })).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.not.stringContaining('s3cret'),
    });
  });

  it('says what was asked and seen where there is none', async () => {
    upstream.root = '/elsewhere';

    await expect(read()).rejects.toMatchObject({
      code: 'upstream-not-found',
      message: expect.stringMatching(
        /no registry that speaks v0\.1: GET \S+\/v0\.1\/servers\?limit=1 answered 404 \(application\/json\); GET \S+\/v0\/servers\?limit=1 answered 404/,
      ),
    });
  });

  it.each([
    ['a page for people', '<!doctype html>', /not valid JSON/],
    ['another API', '{"items":[]}', /no list "servers"/],
    ['a file of ToolHive', '{"servers":{"a":{}}}', /no list "servers"/],
    ['null without metadata', '{"servers":null}', /no list "servers"/],
  ])('does not take %s for one', async (_what, content, reason) => {
    upstream.content = content;

    await expect(read()).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(reason),
    });
  });
});

describe('pages', () => {
  it('are of 100, with cursors that arrive as they were given', async () => {
    expect(await read()).toMatchObject({ count: 250 });

    expect(upstream.pages.map(({ limit, cursor }) => [limit, cursor])).toEqual([
      [100, null],
      [100, '100: +/é&'],
      [100, '200: +/é&'],
    ]);
  });

  it.each([
    ['absent', {}],
    ['null', { nextCursor: null }],
    ['empty', { nextCursor: '' }],
  ])('end with a cursor that is %s', async (_what, end) => {
    upstream.end = end;

    expect(await read()).toMatchObject({ count: 250 });
  });

  it('follow the older name of the cursor', async () => {
    upstream.faults = [
      ({ cursor, isPage }, response) => {
        if (!isPage || cursor !== null) return false;
        reply(response, 200, { servers: manyServers(1), metadata: { next_cursor: '249: +/é&' } });
        return true;
      },
    ];

    expect(await read()).toMatchObject({ count: 2 });
  });

  it('may be smaller than asked for, and lie about their count', async () => {
    upstream.pageSize = 7;
    upstream.metadata = () => ({ count: -1, total: 'many' });

    expect(await read()).toMatchObject({ count: 250 });
  });

  it('are asked for one by one, as they are read', async () => {
    const { files } = await provider.fetch(apiSource(upstream.url), { signal: AbortSignal.timeout(5_000) });
    const reading = files[Symbol.asyncIterator]();

    await reading.next();

    expect(upstream.pages).toHaveLength(1);
    await reading.return?.(undefined);
  });

  it('more than a hundred of them are read as well', async () => {
    upstream.pageSize = 2;

    expect(await read()).toMatchObject({ count: 250 });
  });

  it.each([
    ['the same cursor for ever', () => ({ end: { nextCursor: '0: +/é&' } }), /been there before/],
    [
      'the same items under new cursors',
      () => ({ faults: [circling(() => manyServers(3))] }),
      /10 pages in a row/,
    ],
    ['nothing under new cursors', () => ({ faults: [circling(() => [])] }), /10 pages in a row/],
  ])('that go in circles fail: %s', async (_what, behaviour, reason) => {
    Object.assign(upstream, behaviour());

    await expect(read()).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(reason),
    });
    expect(upstream.asked.length).toBeLessThan(20);
  });

  it('with a cursor that is no text fail, as what follows would be lost', async () => {
    upstream.end = { nextCursor: 7 };

    await expect(read()).rejects.toMatchObject({ code: 'invalid-source-data' });
  });

  it('without end are left at maxSize', async () => {
    upstream.faults = [zeros()];

    await expect(read({ settings: { maxSize: 1024 * 1024 } })).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
    expect(upstream.asked).toHaveLength(1);
  });
});

describe('skills and plugins', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ namespace: 'n', name: `s${index}`, version: '1.0.0' }));

  it('are read page by page where the registry has them', async () => {
    upstream.skills = items(120);
    upstream.plugins = items(30);

    expect(await read()).toMatchObject({ count: 400 });
  });

  it.each([404, 405, 501])('are none where their routes answer %s', async (status) => {
    upstream.faults = [
      ({ path }, response) => {
        if (!path.includes('/x/')) return false;
        reply(response, status, {});
        return true;
      },
    ];

    expect(await read()).toMatchObject({ count: 250 });
  });

  it('fail the round when their routes do, as their entries would be taken for gone', async () => {
    upstream.faults = [
      ({ path }, response) => {
        if (!path.includes('/x/')) return false;
        reply(response, 503, {});
        return true;
      },
    ];

    await expect(read()).rejects.toMatchObject({ code: 'upstream-failed' });
  });

  it('count for the revision', async () => {
    upstream.skills = items(1);
    const { revision } = await read();
    upstream.skills = undefined;
    upstream.plugins = items(1);

    expect((await read()).revision).not.toBe(revision);
  });
});
