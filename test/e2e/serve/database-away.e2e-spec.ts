import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFileOf } from '../../support/documents.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../support/postgresql.js';
import { RegistryServer } from '../../support/registry-server.js';

const LIST = '/v0.1/servers?limit=100';

describe.skipIf(!hasPostgresql)('a server whose database goes away', () => {
  let cluster: PostgresqlCluster;
  const registry = new RegistryServer();

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await cluster.createDatabase('registry');
    const credentials = { user: SUPERUSER, password: SUPERUSER, database: 'registry', sslMode: 'disable' };
    await registry.start({
      config: (directory) => {
        const path = join(directory, 'registry.json');
        writeFileSync(path, registryFileOf('a/a'));
        return {
          sources: [{ name: 'one', file: { path }, syncPolicy: { interval: '1s', allowMassRemoval: true } }],
          registries: [{ name: 'default', sources: ['one'] }],
          database: { host: '127.0.0.1', port: cluster.port, ...credentials },
        };
      },
    });
  }, 90_000);

  afterAll(() => registry.close());

  async function names(): Promise<string[]> {
    const { servers } = await registry.list(LIST);
    return servers.flatMap(({ server, _meta }) =>
      _meta['io.modelcontextprotocol.registry/official'].status === 'deleted' ? [] : [server.name],
    );
  }

  /** Changes the source, and waits until that is served. */
  async function changesTo(name: string): Promise<void> {
    writeFileSync(join(registry.directory, 'registry.json'), registryFileOf(name));
    await registry.until(async () => (await names()).join() === name);
  }

  async function storeState(): Promise<{ status: string; detail?: string }> {
    const { components } = (await registry.get('/readiness')).json<{
      components: { store: { status: string; detail?: string } };
    }>();
    return components.store;
  }

  function logged(): { level: string; context: string; msg: string }[] {
    const lines = registry.log().split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as { level: string; context: string; msg: string });
  }

  async function catalogState(): Promise<{ ready: number; detail?: string }> {
    const answer = await registry.get('/readiness');
    const { components } = answer.json<{ components: { catalog: { detail?: string } } }>();
    return { ready: answer.status, ...components.catalog };
  }

  it('answers every read meanwhile, stays ready, and goes on by itself each time that it is back', async () => {
    await changesTo('before/before');
    let served = 0;
    const refused: unknown[] = [];
    const done = new AbortController();
    const reading = (async () => {
      while (!done.signal.aborted) {
        await Promise.all([registry.list(LIST), registry.list('/v0.1/servers?search=before')]).then(
          () => (served += 2),
          (error: unknown) => refused.push(error),
        );
      }
    })();

    for (const signal of ['SIGINT', 'SIGKILL', 'SIGKILL', 'SIGKILL'] as const) {
      const before = served;
      await cluster.stop(signal);
      await registry.until(() => Promise.resolve(served > before + 200));
      expect((await registry.get('/readiness')).status).toBe(200);
      await cluster.start();
      await changesTo(`after/${served}`);
    }
    done.abort();
    await reading;

    expect(refused).toEqual([]);
    const errors = logged().filter(({ level }) => level === 'error');
    expect(errors.filter(({ context }) => context !== 'Store')).toEqual([]);
    expect(errors.length).toBeLessThanOrEqual(4);
  }, 120_000);

  it('says once that the database is away and once that it is back, and its rounds wait without failing', async () => {
    await registry.restart();
    await changesTo('present/present');
    await cluster.stop();
    const none = /^No database listens at 127\.0\.0\.1:\d+: start it, or check/;
    await registry.until(async () => none.test((await storeState()).detail ?? ''));
    const source = (await registry.get('/v1/sources/one')).json();
    expect(source).toMatchObject({ syncStatus: { phase: 'pending', attemptCount: 0 } });

    await cluster.start();
    await changesTo('waited/waited');

    expect(await storeState()).toEqual({ status: 'ok' });
    const lines = logged().filter(({ context }) => context !== 'Replicas');
    const outage = lines.slice(lines.findIndex(({ level }) => level === 'error'));
    expect(outage.map(({ level, context }) => `${level} ${context}`).slice(0, 3)).toEqual([
      'error Store',
      'info Store',
      'info Sync',
    ]);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  }, 60_000);

  it('starts from its last good copy, says how old that is, and goes on with the database', async () => {
    await changesTo('copied/copied');
    // The copy follows a change after a while; what was there before is copied at the latest by then.
    await registry.restart();
    const copy = join(registry.directory, 'store', 'last-good-catalogue.jsonl');
    await registry.until(() => holds(copy, 'copied/copied'));
    await cluster.stop();

    await registry.restart();

    expect(await names()).toEqual(['copied/copied']);
    const away = await catalogState();
    expect(away.ready).toBe(200);
    expect(away.detail).toMatch(/^the store does not answer; what it held \d+.* ago is served$/);
    await cluster.start();
    await changesTo('back/back');
    expect(await catalogState()).toEqual({ ready: 200, status: 'ok' });
  }, 90_000);

  it('is not ready without a copy, until the database is there', async () => {
    await cluster.stop();
    rmSync(join(registry.directory, 'store'), { recursive: true });
    await registry.restart({ isReady: false });
    expect((await registry.get('/readiness')).status).toBe(503);
    expect((await registry.get(LIST)).status).toBe(503);

    await cluster.start();

    await registry.until(async () => (await registry.get('/readiness')).status === 200);
    expect(await names()).toEqual(['back/back']);
  }, 90_000);
});

function holds(path: string, text: string): Promise<boolean> {
  return readFile(path, 'utf8').then(
    (content) => content.includes(text),
    () => false,
  );
}
