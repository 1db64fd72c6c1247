import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serverJson } from '../../support/documents.js';
import { inlineSource, useRegistry } from '../../support/registry-server.js';

interface Page {
  readonly metadata: { readonly count: number; readonly nextCursor?: string };
  readonly [member: string]: unknown;
}

interface Listed {
  readonly name: string;
  readonly version?: string;
  readonly sourceName?: string;
  readonly position?: number;
}

const NAMES = ['a/a', 'b/b', 'c/c', 'd/d', 'e/e'];
const GOOD = {
  servers: [
    ...NAMES.map((name) => serverJson(name)),
    serverJson('a/a', '1.10.0'),
    serverJson('a/a', '1.9.0', { title: 'Newer' }),
    serverJson('x/x', '1.0.0', { description: '' }),
  ],
};
const SECRET = 'hunter2';

describe('the administration of sources', () => {
  const registry = useRegistry({
    config: (directory) => ({
      sources: [
        inlineSource('good', GOOD),
        inlineSource('lower', { servers: [serverJson('a/a', '0.1.0'), serverJson('z/z')] }),
        {
          name: 'Odd / name',
          file: { path: join(directory, 'missing.json') },
          syncPolicy: { interval: '1h' },
          filter: { names: { exclude: ['private/*'] } },
        },
        {
          name: 'remote',
          api: {
            endpoint: 'http://127.0.0.1:9',
            headers: { 'X-Api-Key': SECRET },
            auth: { tokenFile: join(directory, `${SECRET}.token`) },
          },
          syncPolicy: { interval: '1h', retry: { initialDelay: '1h', maxDelay: '1h' } },
        },
      ],
      registries: [{ name: 'default', sources: ['good', 'lower'] }],
    }),
  });

  async function page(path: string): Promise<Page> {
    const answer = await registry.get(path);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.json<Page>();
  }

  async function all(path: string, member: string, limit: number): Promise<Listed[]> {
    const items: Listed[] = [];
    let next = `${path}?limit=${limit}`;
    for (;;) {
      const found = await page(next);
      const part = found[member] as Listed[];
      expect(found.metadata.count).toBe(part.length);
      items.push(...part);
      if (found.metadata.nextCursor === undefined) return items;
      expect(found.metadata.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
      next = `${path}?limit=${limit}&cursor=${found.metadata.nextCursor}`;
    }
  }

  it('lists them by name, with settings and status', async () => {
    const sources = await all('/v1/sources', 'sources', 1);

    expect(sources.map(({ name }) => name)).toEqual(['Odd / name', 'good', 'lower', 'remote']);
    expect(sources[1]).toMatchObject({
      type: 'file',
      sourceType: 'file',
      creationType: 'CONFIG',
      syncSchedule: '1h0m0s',
      sourceConfig: { dataLength: JSON.stringify(GOOD).length },
      syncStatus: {
        phase: 'complete',
        attemptCount: 0,
        serverCount: 5,
        skillCount: 0,
        pluginCount: 0,
        rejectedCount: 1,
        sourceRevision: expect.any(String) as string,
        lastSyncTime: expect.any(String) as string,
        nextAttempt: expect.any(String) as string,
      },
      rounds: { changed: 1, unchanged: 0, failed: 0, totalMs: expect.any(Number) as number },
      createdAt: expect.any(String) as string,
    });
    expect(sources[0]).toMatchObject({ filterConfig: { names: { exclude: ['private/*'] } } });
  });

  it('shows neither secrets, nor paths of secret files, nor inline data', async () => {
    const { text } = await registry.get('/v1/sources');
    const remote = (await registry.get('/v1/sources/remote')).json<{ sourceConfig: object }>();

    expect(text).not.toContain('Newer');
    expect(JSON.stringify(remote.sourceConfig)).not.toContain(SECRET);
    expect(remote.sourceConfig).toMatchObject({ auth: { type: 'token' }, headers: { 'X-Api-Key': '***' } });
  });

  it('tells why one fails, and keeps its runs', async () => {
    const path = `/v1/sources/${encodeURIComponent('Odd / name')}`;
    await registry.until(async () => ((await page(`${path}/runs`))['runs'] as unknown[]).length > 0);
    const source = (await registry.get(path)).json<{ syncStatus: { message: string } }>();
    const [run] = (await page(`${path}/runs`))['runs'] as { id: string }[];

    expect(source.syncStatus).toMatchObject({
      serverCount: 0,
      message: expect.stringContaining('exist') as string,
    });
    expect(source.syncStatus).not.toHaveProperty('lastSyncTime');
    expect((await registry.get(`/v1/runs/${run?.id ?? ''}`)).json()).toMatchObject({
      source: 'Odd / name',
      outcome: 'failed',
      message: source.syncStatus.message,
    });
  });

  it('lists the entries of one with their versions in order, page by page', async () => {
    const entries = await all('/v1/sources/good/entries', 'entries', 2);

    expect(entries.map(({ name }) => name)).toEqual(NAMES);
    expect(entries[0]).toEqual({
      entryType: 'MCP',
      name: 'a/a',
      versions: ['1.0.0', '1.9.0', '1.10.0'].map((version) => ({
        version,
        ...(version === '1.9.0' && { title: 'Newer' }),
        description: 'What a/a does',
        createdAt: expect.any(String) as string,
        updatedAt: expect.any(String) as string,
      })),
    });
  });

  it('names what a run changed', async () => {
    const [run] = (await page('/v1/sources/lower/runs'))['runs'] as { id: string }[];

    expect((await registry.get(`/v1/runs/${run?.id ?? ''}`)).json()).toMatchObject({
      source: 'lower',
      outcome: 'complete',
      added: 2,
      diff: {
        added: [
          { entryType: 'MCP', name: 'a/a', version: '0.1.0' },
          { entryType: 'MCP', name: 'z/z', version: '1.0.0' },
        ],
        changed: [],
        removed: [],
        refused: [],
      },
    });
  });

  it('lists refused documents with their reasons', async () => {
    expect(await page('/v1/sources/good/quarantine')).toEqual({
      quarantine: [
        {
          entryType: 'MCP',
          name: 'x/x',
          version: '1.0.0',
          pointer: '/servers/7',
          problems: [{ pointer: '/description', reason: expect.any(String) as string }],
        },
      ],
      metadata: { count: 1, total: 1, kept: 1 },
    });
  });

  it('shows registries, and all that their sources hold, hidden entries included', async () => {
    const { registries } = await page('/v1/registries');
    const entries = await all('/v1/registries/default/entries', 'entries', 3);

    expect(registries).toEqual([(await registry.get('/v1/registries/default')).json()]);
    expect(registries).toMatchObject([
      { name: 'default', creationType: 'CONFIG', sources: ['good', 'lower'] },
    ]);
    const places = entries.map(({ name, version, sourceName, position }) => [
      name,
      version,
      sourceName,
      position,
    ]);
    expect(places.slice(0, 5)).toEqual([
      ['a/a', '0.1.0', 'lower', 1],
      ['a/a', '1.0.0', 'good', 0],
      ['a/a', '1.9.0', 'good', 0],
      ['a/a', '1.10.0', 'good', 0],
      ['b/b', '1.0.0', 'good', 0],
    ]);
    expect(places.slice(5).map(([name]) => name)).toEqual(['c/c', 'd/d', 'e/e', 'z/z']);
  });

  it.each([
    '/v1/sources/nothing',
    '/v1/sources/nothing/entries',
    '/v1/sources/nothing/runs',
    '/v1/sources/nothing/quarantine',
    '/v1/runs/nothing',
    '/v1/registries/nothing',
    '/v1/registries/nothing/entries',
  ])('answers 404 for %s', async (path) => {
    const answer = await registry.get(path);

    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
  });

  it('answers 400 for broken cursors, those of other lists and limits that are no number', async () => {
    const { metadata } = await page('/v1/sources?limit=1');
    const paths = ['sources', 'sources/good/entries', 'sources/good/runs', 'registries/default/entries'];
    for (const query of ['cursor=%2A', 'cursor=abc', 'limit=x']) {
      for (const path of paths) expect((await registry.get(`/v1/${path}?${query}`)).status).toBe(400);
    }
    for (const path of paths.slice(1)) {
      const answer = await registry.get(`/v1/${path}?cursor=${metadata.nextCursor ?? ''}`);
      expect([path, answer.status]).toEqual([path, 400]);
    }
  });

  it('spares what the caller has already', async () => {
    const first = await registry.get('/v1/registries/default/entries');
    const again = await registry.get('/v1/registries/default/entries', {
      'if-none-match': first.headers.etag ?? '',
    });

    expect(first.headers['cache-control']).toBe('private, no-cache');
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it('keeps status, failures and runs over a restart, and status.json beside the store', async () => {
    const file = join(registry.directory, 'store', 'sources', 'good', 'status.json');
    const before = await page('/v1/sources/good/runs');
    await registry.restart();
    await registry.until(async () => ((await page('/v1/sources/good/runs'))['runs'] as unknown[]).length > 0);

    expect((await page('/v1/sources/good/runs'))['runs']).toEqual(before['runs']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ name: 'good', serverCount: 5 });
    const remote = (await registry.get('/v1/sources/remote')).json<{
      syncStatus: { attemptCount: number };
    }>();
    expect(remote.syncStatus.attemptCount).toBeGreaterThan(0);
  });
});
