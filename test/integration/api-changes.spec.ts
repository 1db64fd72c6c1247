import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiSource, manyServers, useApiBench } from '../support/api-sources.js';
import { serverJson } from '../support/documents.js';
import { listedServer, reply } from '../support/upstream-registry.js';

const OLD = '2025-10-01T12:00:00Z';
const NEW = '2025-11-01T12:00:00.123456Z';

/** A server that changed at a time by its registry's clock. */
const changed = (name: string, updatedAt: string, more: object = {}, meta: object = {}) =>
  listedServer(serverJson(name), { updatedAt, ...more }, meta);

const bench = useApiBench(() => [changed('a/old', OLD), changed('b/new', NEW)]);

beforeEach(() => {
  bench.upstream.tellsChanges = true;
});

describe('a round that knows the one before', () => {
  it('costs one request when nothing changed, and says so', async () => {
    const { revision } = await bench.round();
    bench.upstream.asked.length = 0;

    expect(await bench.round(revision)).toMatchObject({ scope: 'nothing', revision });

    expect(bench.upstream.asked.map(({ since, includeDeleted }) => [since, includeDeleted])).toEqual([
      ['2025-11-01T11:55:00Z', 'true'],
    ]);
  });

  it('costs as little with thousands of servers that changed long ago', async () => {
    bench.upstream.servers = [...manyServers(2_000), changed('z/z', NEW)];
    const { revision } = await bench.round();
    bench.upstream.asked.length = 0;

    expect(await bench.round(revision)).toMatchObject({ scope: 'nothing' });
    expect(bench.upstream.asked).toHaveLength(1);
  });

  it('brings what changed since, and only the first time', async () => {
    const first = await bench.round();
    bench.upstream.servers = [
      ...bench.upstream.servers,
      changed('c/c', '2025-11-02T00:00:00Z', {}, { 'com.example/rating': { stars: 5 } }),
    ];

    const second = await bench.round(first.revision);
    const third = await bench.round(second.revision);

    expect(second).toMatchObject({ scope: 'changes', names: ['b/new 1.0.0', 'c/c 1.0.0'] });
    expect(third).toMatchObject({ scope: 'nothing', revision: second.revision });
  });

  it('brings an edit, a new status and a deletion, and goes on from the last of them', async () => {
    const first = await bench.round();
    bench.upstream.servers = [
      changed('a/old', '2025-11-03T00:00:00Z', { status: 'deprecated' }),
      changed('b/new', '2025-11-03T00:00:01Z', { status: 'deleted' }),
    ];

    const second = await bench.round(first.revision);
    bench.upstream.asked.length = 0;
    const third = await bench.round(second.revision);

    expect(second.names).toEqual(['a/old 1.0.0 deprecated', 'b/new 1.0.0 deleted']);
    expect(third.scope).toBe('nothing');
    expect(bench.upstream.asked[0]?.since).toBe('2025-11-02T23:55:01Z');
  });

  it('sees what was committed late, with a time before the last known change', async () => {
    const { revision } = await bench.round();
    bench.upstream.servers = [...bench.upstream.servers, changed('c/late', '2025-11-01T11:58:00Z')];

    const late = await bench.round(revision);

    expect(late).toMatchObject({ scope: 'changes', names: ['b/new 1.0.0', 'c/late 1.0.0'] });
    expect(await bench.round(late.revision)).toMatchObject({ scope: 'nothing' });
  });

  it('is not led into the future by one wrong clock', async () => {
    bench.upstream.servers = [changed('a/future', '2099-01-01T00:00:00Z'), changed('b/new', NEW)];
    const first = await bench.round();
    expect(await bench.round(first.revision)).toMatchObject({ scope: 'nothing' });
    const now = new Date().toISOString();
    bench.upstream.servers = [...bench.upstream.servers, changed('c/now', now)];

    const second = await bench.round(first.revision);

    expect(second.names).toContain('c/now 1.0.0');
  });

  it('reads many pages of changes, and knows them the next time', async () => {
    const first = await bench.round();
    const burst = Array.from({ length: 250 }, (_, index) => changed(`c/${index}`, '2025-11-02T00:00:00Z'));
    bench.upstream.servers = [...bench.upstream.servers, ...burst];

    const second = await bench.round(first.revision);

    expect(second).toMatchObject({ scope: 'changes', names: expect.objectContaining({ length: 251 }) });
    expect((await bench.round(second.revision)).revision).toBe(second.revision);
  });

  it('hands on a bad record beside the good ones, and is not irritated by it', async () => {
    const first = await bench.round();
    const bad = { server: { name: 'bad/one' }, _meta: 7 };
    bench.upstream.faults = [
      ({ since }, response) => {
        if (since === null || since.startsWith('9999')) return false;
        reply(response, 200, { servers: [bad, changed('b/new', NEW), changed('c/c', NEW)], metadata: {} });
        return true;
      },
    ];

    const second = await bench.round(first.revision);

    expect(second).toMatchObject({
      scope: 'changes',
      names: ['bad/one undefined', 'b/new 1.0.0', 'c/c 1.0.0'],
    });
    expect(await bench.round(second.revision)).toMatchObject({ scope: 'nothing' });
  });

  it('fails when a list of changes goes in circles', async () => {
    const { revision } = await bench.round();
    let turn = 0;
    bench.upstream.faults = [
      ({ since }, response) => {
        if (since === null) return false;
        turn += 1;
        reply(response, 200, { servers: [changed('b/new', NEW)], metadata: { nextCursor: `turn-${turn}` } });
        return true;
      },
    ];

    await expect(bench.round(revision)).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringContaining('updated_since'),
    });
  });
});

describe('skills and plugins', () => {
  const items = (...names: string[]) => names.map((name) => ({ namespace: 'n', name, version: '1.0.0' }));

  beforeEach(() => {
    bench.upstream.skills = items('s1', 's2');
  });

  it('that stay cost one request for their list', async () => {
    const { revision } = await bench.round();
    bench.upstream.asked.length = 0;

    expect(await bench.round(revision)).toMatchObject({ scope: 'nothing' });
    expect(bench.upstream.asked.map(({ path }) => path)).toEqual([
      '/v0.1/x/dev.toolhive/skills',
      '/v0.1/servers',
    ]);
  });

  it('that change let everything be read, as their list does not tell what left it', async () => {
    const { revision } = await bench.round();
    bench.upstream.skills = items('s2');

    expect(await bench.round(revision)).toMatchObject({
      scope: 'everything',
      names: ['a/old 1.0.0', 'b/new 1.0.0', 's2'],
    });
  });
});

describe('everything is read', () => {
  let said: string[];

  beforeEach(() => {
    said = [];
    vi.spyOn(Logger.prototype, 'log').mockImplementation(
      (message: unknown) => void said.push(String(message)),
    );
  });

  afterEach(() => vi.restoreAllMocks());

  it('in every round of a registry that ignores updated_since, which is said once', async () => {
    bench.upstream.tellsChanges = false;

    const first = await bench.round();
    const second = await bench.round(first.revision);

    expect(second).toMatchObject({ scope: 'everything', revision: first.revision });
    expect(said).toEqual(['one does not understand updated_since: every round reads all of it']);
  });

  it.each([400, 404, 422, 500, 501])('in every round of a registry that answers %s to it', async (status) => {
    const refuse = () => {
      bench.upstream.faults = [
        ({ since }, response) => since !== null && (reply(response, status, {}), true),
      ];
    };
    const { revision: trusted } = await bench.round();
    refuse();

    const second = await bench.round(trusted);
    const third = await bench.round(second.revision);

    expect([second.scope, third.scope]).toEqual(['everything', 'everything']);
    expect(third.revision).toBe(second.revision);
    expect(said).toHaveLength(1);
  });

  it('where include_deleted is refused only that is left out', async () => {
    bench.upstream.faults = [
      ({ includeDeleted }, response) => includeDeleted !== null && (reply(response, 400, {}), true),
    ];
    const { revision } = await bench.round();

    expect(await bench.round(revision)).toMatchObject({ scope: 'nothing' });
    expect(bench.upstream.asked.at(-1)).toMatchObject({
      includeDeleted: null,
      since: '2025-11-01T11:55:00Z',
    });
  });

  it('when a registry shows what did not change, or keeps back what did', async () => {
    const { revision } = await bench.round();
    const answers = [[changed('a/old', OLD), changed('b/new', NEW)], []];
    bench.upstream.faults = [
      ({ since }, response) => {
        const servers = since === '2025-11-01T11:55:00Z' ? answers.shift() : undefined;
        if (servers !== undefined) reply(response, 200, { servers });
        return servers !== undefined;
      },
    ];

    expect(await bench.round(revision)).toMatchObject({ scope: 'everything' });
    expect(await bench.round(revision)).toMatchObject({ scope: 'everything' });
  });

  it('when a server is gone without a trace that was new lately', async () => {
    const { revision } = await bench.round();
    bench.upstream.servers = [changed('a/old', OLD)];

    expect(await bench.round(revision)).toMatchObject({ scope: 'everything', names: ['a/old 1.0.0'] });
  });

  it('once in fullSyncInterval, which finds what is gone without a trace', async () => {
    const { revision } = await bench.round();
    bench.upstream.servers = [changed('b/new', NEW)];
    expect(await bench.round(revision)).toMatchObject({ scope: 'nothing' });

    const often = apiSource(bench.upstream.url, { fullSyncIntervalMs: 1 });

    expect(await bench.round(revision, often)).toMatchObject({ scope: 'everything', names: ['b/new 1.0.0'] });
  });

  it('always where incremental is false, without a question for changes', async () => {
    const { revision } = await bench.round();
    bench.upstream.asked.length = 0;

    const source = apiSource(bench.upstream.url, { incremental: false });

    expect(await bench.round(revision, source)).toMatchObject({ scope: 'everything' });
    expect(bench.upstream.asked.every(({ since }) => since === null)).toBe(true);
  });

  it.each(['', 'x', `${'A'.repeat(43)} {"root":1}`, `${'A'.repeat(43)} {`])(
    'under a revision that says nothing: %j',
    async (revision) => {
      expect(await bench.round(revision)).toMatchObject({ scope: 'everything' });
    },
  );
});
