/** What operators of registries lost data, time or trust by: each as a round on a real store must behave. */
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import type { SourceConfig } from '../../src/config/registry-config.js';
import { ApiProvider } from '../../src/sources/api/api.provider.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import type { SourceProvider } from '../../src/sources/source-provider.js';
import type { RoundResult } from '../../src/sync/round-result.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { apiSource } from '../support/api-sources.js';
import { fileSource, registryFile, registryFileOf, serverJson } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { repliesWithTag, UpstreamHttp } from '../support/upstream-http.js';
import { listedServer, UpstreamRegistry } from '../support/upstream-registry.js';

let db: EmbeddedDatabase;
let sync: SyncService;
let upstream: UpstreamHttp;

beforeAll(async () => {
  Logger.overrideLogger(false);
  [db, upstream] = await Promise.all([EmbeddedDatabase.open(), UpstreamHttp.start()]);
});

afterAll(async () => {
  await Promise.all([db.close(), upstream.close()]);
});

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile(['one', 'two'].map((name) => ({ name, kind: 'file' })));
  const providers = [new FileProvider(), new ApiProvider()] as unknown as SourceProvider[];
  const byKind = new Map(providers.map((provider) => [provider.kind, provider]));
  sync = new SyncService(byKind, db.sources, db.entries, db.writer, systemClock);
});

async function round(source: SourceConfig): Promise<RoundResult> {
  const known = (await db.sources.all()).find(({ name }) => name === source.name);
  if (known === undefined) throw new Error(`${source.name} is not stored`);
  return sync.run({ source, signal: AbortSignal.timeout(20_000), nextAttempt: new Date(), known });
}

function inline(data: string, changes: Parameters<typeof fileSource>[1] = {}) {
  return fileSource({ data }, changes);
}

function remote(url: string): SourceConfig {
  const source = fileSource({ path: '' });
  return { ...source, file: { url, maxSize: 1024 ** 2, timeoutMs: 5_000 } };
}

/** What is alive in a source: kind, name, version, and a star for the latest. */
async function alive(source = 'one'): Promise<string[]> {
  const rows: { text: string }[] = await db.dataSource.query(
    `SELECT e.kind || ' ' || e.name || '@' || v.version || CASE WHEN v.is_latest THEN '*' ELSE '' END AS text
       FROM entry_version v JOIN entry e ON e.id = v.entry_id
      WHERE e.source = $1 AND v.status <> 'deleted' AND NOT v.is_dropped ORDER BY 1`,
    [source],
  );
  return rows.map(({ text }) => text);
}

async function quarantined(): Promise<string[]> {
  const rows: { pointer: string }[] = await db.dataSource.query('SELECT pointer FROM quarantine ORDER BY id');
  return rows.map(({ pointer }) => pointer);
}

function skill(name: string, version = '1.0.0'): object {
  return { namespace: 'io.github.acme', name, description: 'A skill', version };
}

describe('an upstream that has nothing new', () => {
  it('is asked once, with a condition, and costs no write of the catalogue', async () => {
    const url = upstream.on(
      '/tagged.json',
      repliesWithTag(
        () => registryFileOf('a/a'),
        () => '"1"',
      ),
    );
    await round(remote(url));
    const asked = upstream.received.length;
    const before = await touchedBy();

    expect(await round(remote(url))).toEqual({ outcome: 'unchanged' });

    const requests = upstream.received.slice(asked);
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual(['"1"']);
    expect(await touchedBy()).toEqual(before);
  });

  it('but a new date in its answer, costs no write of the catalogue either', async () => {
    const dated = (date: string) =>
      JSON.stringify({
        version: '1.0.0',
        meta: { last_updated: date },
        data: { servers: [serverJson('a/a')] },
      });
    await round(inline(dated('2026-01-01T00:00:00Z')));
    const before = await touchedBy();

    await round(inline(dated('2026-02-01T00:00:00Z')));

    expect(await touchedBy()).toEqual(before);
  });
});

describe('unchanged data read in another way', () => {
  it('follows an edited filter', async () => {
    const data = registryFileOf('a/a', 'b/b', 'c/deep/er');
    await round(inline(data));
    await round(inline(data, { filter: { names: { exclude: ['b/*'] } } }));

    expect(await alive()).toEqual(['server a/a@1.0.0*']);
  });

  it('follows a changed format, and keeps what it had when the data has another one', async () => {
    const data = registryFileOf('a/a');
    await round(inline(data));

    await expect(round(inline(data, { format: 'toolhive' }))).rejects.toMatchObject({
      code: 'invalid-source-data',
    });
    expect(await alive()).toEqual(['server a/a@1.0.0*']);
    expect(await round(inline(data, { format: 'upstream' }))).toMatchObject({ outcome: 'changed' });
  });
});

describe('entries that share a name', () => {
  it('are told apart by kind: a server, a skill and a plugin may have the same', async () => {
    const name = 'io.github.acme/pdf';
    const data = { servers: [serverJson(name)], skills: [skill('pdf')], plugins: [skill('pdf')] };

    await round(inline(JSON.stringify({ version: '1.0.0', data })));

    expect(await alive()).toEqual([`plugin ${name}@1.0.0*`, `server ${name}@1.0.0*`, `skill ${name}@1.0.0*`]);
    expect(await quarantined()).toEqual([]);
  });

  it('are told apart by source', async () => {
    await round(inline(registryFileOf('a/a')));
    await round(inline(registryFileOf('a/a'), { name: 'two' }));

    expect([await alive('one'), await alive('two')]).toEqual([['server a/a@1.0.0*'], ['server a/a@1.0.0*']]);
  });

  it('and their version too are one entry: the first stays, the others are refused with a reason', async () => {
    const remotes = (type: string) => ({ remotes: [{ type, url: 'https://example.com/mcp' }] });
    const servers = [
      serverJson('a/a', '1.0.0', remotes('sse')),
      serverJson('a/a', '1.0.0', remotes('streamable-http')),
      serverJson('a/a', '2.0.0', remotes('sse')),
    ];

    await round(inline(registryFile(servers)));

    expect(await alive()).toEqual(['server a/a@1.0.0', 'server a/a@2.0.0*']);
    expect(await quarantined()).toEqual(['/servers/1']);
  });
});

describe('the latest version', () => {
  it('that leaves its source gives the mark to the next best', async () => {
    const versions = ['1.0.0', '1.9.0', '1.10.0'].map((version) => serverJson('a/a', version));
    await round(inline(registryFile(versions)));
    await round(inline(registryFile(versions.slice(0, 2))));

    expect(await alive()).toEqual(['server a/a@1.0.0', 'server a/a@1.9.0*']);
  });
});

describe('versions that no client could ask for', () => {
  const BAD = ['latest', '', ' ', '^1.2.0', '1.x', '1'.repeat(256), 'v\u0000'];

  it('are refused when they come from a file', async () => {
    const servers = BAD.map((version, index) => serverJson(`bad/n${index}`, version));

    await round(inline(registryFile([...servers, serverJson('good/good')])));

    expect(await alive()).toEqual(['server good/good@1.0.0*']);
    expect(await quarantined()).toHaveLength(BAD.length);
  });

  it('are refused when they come from another registry', async () => {
    const registry = await UpstreamRegistry.open();
    const servers = BAD.map((version, index) => serverJson(`bad/n${index}`, version));
    registry.servers = [...servers, serverJson('good/good')].map((server) => listedServer(server));

    await round(apiSource(registry.url));
    await registry.close();

    expect(await alive()).toEqual(['server good/good@1.0.0*']);
    expect(await quarantined()).toHaveLength(BAD.length);
  });

  it('are refused in skills and plugins', async () => {
    const bad = BAD.map((version, index) => skill(`n${index}`, version));
    const data = { servers: [], skills: [...bad, skill('good')], plugins: bad };

    await round(inline(JSON.stringify({ version: '1.0.0', data })));

    expect(await alive()).toEqual(['skill io.github.acme/good@1.0.0*']);
    expect(await quarantined()).toHaveLength(2 * BAD.length);
  });
});

describe('documents', () => {
  it('keep every argument, variable and member of _meta, byte for byte', async () => {
    const argument = {
      type: 'named',
      name: '--port',
      value: '8080',
      isRepeated: true,
      'x-note': [1.5, null],
    };
    const variable = { name: 'TOKEN', isSecret: true, choices: ['a', 'b'], default: '', placeholder: 'é' };
    const document = serverJson('a/a', '1.0.0', {
      packages: [
        {
          registryType: 'npm',
          identifier: 'a',
          version: '1.0.0',
          transport: { type: 'stdio' },
          packageArguments: [argument],
          runtimeArguments: [argument],
          environmentVariables: [variable],
        },
      ],
      _meta: {
        'com.example/own': { deep: [{ x: null }] },
        'io.modelcontextprotocol.registry/publisher-provided': {},
      },
    });

    await round(inline(registryFile([document])));

    expect((await db.touched())[0]?.document).toBe(JSON.stringify(document));
  });
});

/** The rows of the catalogue, down to the transaction that wrote each. */
function touchedBy(): Promise<unknown> {
  return db.dataSource.query('SELECT id, revision, xmin::text AS xmin FROM entry_version ORDER BY id');
}
