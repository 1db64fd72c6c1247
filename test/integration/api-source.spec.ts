import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { ApiProvider } from '../../src/sources/api/api.provider.js';
import type { PreparedRound } from '../../src/sync/round-result.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { apiSource, manyServers, type ApiSource } from '../support/api-sources.js';
import { serverJson } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { failing, listedServer, slow, UpstreamRegistry } from '../support/upstream-registry.js';

let db: EmbeddedDatabase;
let sync: SyncService;
let upstream: UpstreamRegistry;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile([{ name: 'one', kind: 'api' }]);
  const providers = new Map([['api' as const, new ApiProvider()]]);
  sync = new SyncService(providers, db.sources, db.entries, db.writer, systemClock);
  upstream = await UpstreamRegistry.open();
});

afterEach(() => upstream.close());

/** What the round found, or that there was nothing new. */
async function round(changes: Partial<ApiSource> = {}): Promise<PreparedRound | { outcome: 'unchanged' }> {
  const [known] = await db.sources.all();
  if (known === undefined) throw new Error('The source is not stored');
  const source = { ...apiSource(upstream.url), ...changes };
  const result = await sync.run({
    source,
    signal: AbortSignal.timeout(20_000),
    nextAttempt: new Date(),
    known,
  });
  return result.outcome === 'unchanged' ? result : result.round;
}

async function stored(): Promise<string[]> {
  const heads = await db.heads('one');
  return heads
    .filter(({ isDropped }) => !isDropped)
    .map(({ kind, name, version }) => `${kind} ${name} ${version}`);
}

/** What is stored of the catalogue, down to the transaction that wrote each row. */
function physicalRows(): Promise<unknown[]> {
  return db.dataSource.query(
    'SELECT id, revision, updated_at, xmin::text AS xmin FROM entry_version ORDER BY id',
  );
}

const skill = (name: string) => ({
  namespace: 'house',
  name,
  version: '1.0.0',
  description: `What ${name} does`,
});

describe('a round from another registry', () => {
  it('stores every version of its servers, and the skills and plugins it lists', async () => {
    upstream.servers = [...manyServers(250), listedServer(serverJson('many/0000', '2.0.0'))];
    upstream.skills = [skill('review')];
    upstream.plugins = [skill('tools')];

    expect(await round()).toMatchObject({
      plan: { added: 253, counts: { server: 250, skill: 1, plugin: 1 } },
    });

    expect(await stored()).toEqual(
      expect.arrayContaining(['server many/0000 2.0.0', 'plugin house/tools 1.0.0']),
    );
  });

  it('writes nothing when nothing changed', async () => {
    upstream.servers = manyServers(120);
    await round();
    const before = await physicalRows();

    expect(await round()).toEqual({ outcome: 'unchanged' });

    expect(await physicalRows()).toEqual(before);
  });

  it('writes what changed on the last page', async () => {
    upstream.servers = manyServers(120);
    await round();
    upstream.servers = [
      ...manyServers(119),
      listedServer(serverJson('many/0119', '1.0.0', { title: 'New' })),
    ];

    expect(await round()).toMatchObject({ plan: { changed: 1, unchanged: 119 } });
  });

  it('takes over status, message and times, keeps what others added, and decides itself what is latest', async () => {
    const official = { status: 'deprecated', statusMessage: 'Use b', publishedAt: '2025-03-04T05:06:07Z' };
    const foreign = { 'com.example/rating': { stars: 5 } };
    upstream.servers = [
      listedServer(serverJson('a/a', '1.0.0'), { ...official, isLatest: true }, foreign),
      listedServer(serverJson('a/a', '1.10.0'), { isLatest: false }),
    ];

    await round();

    const [first, second] = await db.touched();
    expect(first).toMatchObject({ status: 'deprecated', statusMessage: 'Use b', isLatest: false });
    expect(first?.publishedAt).toEqual(new Date('2025-03-04T05:06:07Z'));
    expect(first?.envelopeMeta).toBe('{"com.example/rating":{"stars":5}}');
    expect(second).toMatchObject({ version: '1.10.0', isLatest: true, envelopeMeta: null });
  });

  it('keeps documents token by token', async () => {
    const document =
      '{"name":"a/a","version":"1.0","description":"d\\u00e9","x":[1.0,9223372036854775807],"2":1,"1":2}';
    upstream.content = `{"servers":[{ "server": ${document} }]}`;

    await round();

    expect((await db.touched())[0]?.document).toBe(document);
  });

  it('quarantines one bad record on page 2, and keeps all others', async () => {
    upstream.servers = [...manyServers(150), { server: { name: 'bad/one', version: '1.0.0' } }, 'nonsense'];

    expect(await round()).toMatchObject({
      plan: { added: 150, refused: 2, samples: { refused: [{ name: 'bad/one' }, {}] } },
    });
  });

  it('that fails on its last page leaves everything as it was', async () => {
    upstream.servers = manyServers(250);
    await round();
    const before = await physicalRows();
    upstream.servers = manyServers(201).slice(1);

    upstream.faults = [failing({ page: 2, status: 200, body: '<html>' })];
    await expect(round()).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(/cursor=100.*not valid JSON/),
    });
    upstream.faults = [failing({ page: 2, status: 503 })];
    await expect(round()).rejects.toMatchObject({ code: 'upstream-failed' });
    upstream.faults = [slow({ page: 2, milliseconds: 400 })];
    const hurried = apiSource(upstream.url, { timeoutMs: 100 });
    await expect(round(hurried)).rejects.toMatchObject({ code: 'time-limit-exceeded' });

    expect(await physicalRows()).toEqual(before);
    upstream.faults = [];
    expect(await round()).toMatchObject({ plan: { removed: 50, changed: 0, added: 0 } });
  });

  it('takes an empty registry for an empty one', async () => {
    upstream.servers = [];

    expect(await round()).toMatchObject({ plan: { added: 0 } });
  });

  it('reads a registry that has neither _meta nor metadata', async () => {
    upstream.metadata = null;
    upstream.servers = [{ server: serverJson('a/a') }, serverJson('b/b')];

    await round();

    expect(await stored()).toEqual(['server a/a 1.0.0', 'server b/b 1.0.0']);
  });
});

describe('another instance of this server as upstream', () => {
  const own = (revision: number) => ({ 'dev.toolhive.registry': { source: 'one', revision } });
  const ticking = (tick: number) =>
    listedServer(
      serverJson('a/a'),
      { updatedAt: `2025-11-0${tick}T00:00:00Z`, isLatest: tick % 2 === 0 },
      own(tick),
    );

  it('does not hand down its own marks', async () => {
    upstream.servers = [ticking(1)];

    await round();

    expect((await db.touched())[0]?.envelopeMeta).toBeNull();
  });

  it('has not changed when only its own clock and revisions moved, so that two that read each other come to rest', async () => {
    upstream.servers = [ticking(1)];
    await round();
    upstream.servers = [ticking(2)];

    expect(await round()).toEqual({ outcome: 'unchanged' });
  });

  it.each([
    ['status', { status: 'deprecated' }],
    ['message', { statusMessage: 'Soon gone' }],
  ])('has changed when a %s did', async (_what, official) => {
    upstream.servers = [listedServer(serverJson('a/a'), {}, own(1))];
    await round();
    upstream.servers = [listedServer(serverJson('a/a'), official, own(1))];

    expect(await round()).toMatchObject({ plan: { changed: 1 } });
  });
});
