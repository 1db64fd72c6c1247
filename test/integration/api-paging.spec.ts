import { describe, expect, it } from 'vitest';
import { apiSource, manyServers, useApiBench } from '../support/api-sources.js';
import { circling, reply, zeros } from '../support/upstream-registry.js';

const bench = useApiBench();

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
    bench.upstream.root = root;

    expect(await bench.read({ endpoint: bench.upstream.url + path })).toMatchObject({ count: 250 });

    expect(bench.upstream.pages[0]?.path).toBe(asked);
  });

  it('takes the query of the endpoint along, and shows it to nobody', async () => {
    await bench.read({ endpoint: `${bench.upstream.url}?code=s3cret` });
    expect(bench.upstream.pages[1]?.target).toMatch(/\?code=s3cret&limit=100&cursor=100/);

    bench.upstream.content = '{}';
    await expect(bench.read({ endpoint: `${bench.upstream.url}?code=s3cret` })).rejects.toMatchObject({
      message: expect.not.stringContaining('s3cret'),
    });
  });

  it('refuses an endpoint with a password in it without showing it', async () => {
    const endpoint = bench.upstream.url.replace('http://', 'http://me:s3cret@');

    await expect(bench.read({ endpoint })).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.not.stringContaining('s3cret'),
    });
  });

  it('says what was asked and seen where there is none', async () => {
    bench.upstream.root = '/elsewhere';

    await expect(bench.read()).rejects.toMatchObject({
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
    bench.upstream.content = content;

    await expect(bench.read()).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(reason),
    });
  });
});

describe('pages', () => {
  it('are of 100, with cursors that arrive as they were given', async () => {
    expect(await bench.read()).toMatchObject({ count: 250 });

    expect(bench.upstream.pages.map(({ limit, cursor }) => [limit, cursor])).toEqual([
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
    bench.upstream.end = end;

    expect(await bench.read()).toMatchObject({ count: 250 });
  });

  it('follow the older name of the cursor', async () => {
    bench.upstream.faults = [
      ({ cursor, isPage }, response) => {
        if (!isPage || cursor !== null) return false;
        reply(response, 200, { servers: manyServers(1), metadata: { next_cursor: '249: +/é&' } });
        return true;
      },
    ];

    expect(await bench.read()).toMatchObject({ count: 2 });
  });

  it('may be smaller than asked for, and lie about their count', async () => {
    bench.upstream.pageSize = 7;
    bench.upstream.metadata = () => ({ count: -1, total: 'many' });

    expect(await bench.read()).toMatchObject({ count: 250 });
  });

  it('are asked for one by one, as they are read', async () => {
    const signal = AbortSignal.timeout(5_000);
    const fetched = await bench.provider.fetch(apiSource(bench.upstream.url), { signal });
    if (!fetched.changed) throw new Error('It has never been read');
    const reading = fetched.files[Symbol.asyncIterator]();

    await reading.next();

    expect(bench.upstream.pages).toHaveLength(1);
    await reading.return?.(undefined);
  });

  it('more than a hundred of them are read as well', async () => {
    bench.upstream.pageSize = 2;

    expect(await bench.read()).toMatchObject({ count: 250 });
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
    Object.assign(bench.upstream, behaviour());

    await expect(bench.read()).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(reason),
    });
    expect(bench.upstream.asked.length).toBeLessThan(20);
  });

  it('with a cursor that is no text fail, as what follows would be lost', async () => {
    bench.upstream.end = { nextCursor: 7 };

    await expect(bench.read()).rejects.toMatchObject({ code: 'invalid-source-data' });
  });

  it.each([
    ['100', [100, 30, 30, 30], (limit: number | undefined) => (limit ?? 0) > 50],
    ['every number', [100, 30, undefined], (limit: number | undefined) => limit !== undefined],
  ])('are smaller where the registry refuses %s', async (_what, limits, refuses) => {
    const limitIn = (target: string) => /[?&]limit=(\d+)/.exec(target)?.[1];
    const asNumber = (text: string | undefined) => (text === undefined ? undefined : Number(text));
    bench.upstream.servers = manyServers(75);
    bench.upstream.faults = [
      ({ target, isPage }, response) => {
        const isRefused = isPage && refuses(asNumber(limitIn(target)));
        if (isRefused) reply(response, 422, { title: 'Validation failed' });
        return isRefused;
      },
    ];

    expect(await bench.read()).toMatchObject({ count: 75 });

    const asked = bench.upstream.pages.map(({ target }) => asNumber(limitIn(target)));
    expect(asked.slice(0, limits.length)).toEqual(limits);
  });

  it('are as long as the registry likes where it refuses limit altogether', async () => {
    bench.upstream.faults = [
      ({ target }, response) => target.includes('limit=') && (reply(response, 400, {}), true),
    ];

    expect(await bench.read()).toMatchObject({ count: 250 });
  });

  it.each([
    ['one page', 8192, /One page of \S+ has more than api\.maxSize \(8KiB\)/],
    ['all pages', 40_000, /All pages of \S+ together have more than api\.maxSize/],
  ])(
    'are left where %s would be more than maxSize, which the message says',
    async (_what, maxSize, message) => {
      await expect(bench.read({ settings: { maxSize } })).rejects.toMatchObject({
        code: 'limit-exceeded',
        message: expect.stringMatching(message),
      });
    },
  );

  it('without end are left at maxSize', async () => {
    bench.upstream.faults = [zeros()];

    await expect(bench.read({ settings: { maxSize: 1024 * 1024 } })).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
    expect(bench.upstream.asked).toHaveLength(1);
  });
});

describe('skills and plugins', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ namespace: 'n', name: `s${index}`, version: '1.0.0' }));

  it('are read page by page where the registry has them', async () => {
    bench.upstream.skills = items(120);
    bench.upstream.plugins = items(30);

    expect(await bench.read()).toMatchObject({ count: 400 });
  });

  it.each([404, 405, 501])('are none where their routes answer %s', async (status) => {
    bench.upstream.faults = [
      ({ path }, response) => {
        if (!path.includes('/x/')) return false;
        reply(response, status, {});
        return true;
      },
    ];

    expect(await bench.read()).toMatchObject({ count: 250 });
  });

  it('fail the round when their routes do, as their entries would be taken for gone', async () => {
    bench.upstream.faults = [
      ({ path }, response) => {
        if (!path.includes('/x/')) return false;
        reply(response, 503, {});
        return true;
      },
    ];

    await expect(bench.read()).rejects.toMatchObject({ code: 'upstream-failed' });
  });

  it('count for the revision', async () => {
    bench.upstream.skills = items(1);
    const { revision } = await bench.read();
    bench.upstream.skills = undefined;
    bench.upstream.plugins = items(1);

    expect((await bench.read()).revision).not.toBe(revision);
  });
});
