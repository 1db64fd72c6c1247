import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registryFileOf } from '../../support/documents.js';
import { repliesWithTag, UpstreamHttp } from '../../support/upstream-http.js';
import { type RunningProgram, startServer } from '../../support/program.js';

const HOURLY = { syncPolicy: { interval: '1h' } };
const FAR = { name: 'far', sources: ['far'] };

let directory: string;
let path: string;
let server: RunningProgram;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'reload-'));
  path = join(directory, 'config.json');
  write(configOf({ one: ['a/a'] }));
  server = await startServer(['--config', path], { cwd: directory });
  await vi.waitUntil(async () => String(await names('one')) === 'a/a', { timeout: 20_000 });
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** One source and one registry of the same name for each member. */
function configOf(sources: Record<string, string[]>, more: object = {}): object {
  return {
    fileStorage: { baseDir: join(directory, 'store') },
    sources: Object.entries(sources).map(([name, entries]) => ({
      name,
      file: { data: registryFileOf(...entries) },
      syncPolicy: { interval: '1h' },
    })),
    registries: Object.keys(sources).map((name) => ({ name, sources: [name] })),
    ...more,
  };
}

/** Replaces the file as editors and mounted configuration do: at once. */
function write(config: object | string): void {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

async function names(registry: string): Promise<string[] | number> {
  const answer = await fetch(`${server.url}/registry/${registry}/v0.1/servers`);
  if (answer.status !== 200) return answer.status;
  const { servers } = (await answer.json()) as { servers: { server: { name: string } }[] };
  return servers.map(({ server: { name } }) => name);
}

/** What the registries serve once it is what is expected; fails when it never is. */
async function served(expected: Record<string, string[] | number>): Promise<unknown> {
  const now = async () =>
    Object.fromEntries(
      await Promise.all(Object.keys(expected).map(async (name) => [name, await names(name)])),
    ) as unknown;
  await vi.waitFor(async () => expect(await now()).toEqual(expected), { timeout: 20_000 });
  return now();
}

describe('a changed configuration', () => {
  it('takes effect without a restart: new sources and registries, changed and removed ones', async () => {
    write(configOf({ one: ['a/b'], two: ['c/c'] }));
    expect(await served({ one: ['a/b'], two: ['c/c'] })).toEqual({ one: ['a/b'], two: ['c/c'] });

    write(configOf({ two: ['c/c'] }));
    expect(await served({ one: 404, two: ['c/c'] })).toEqual({ one: 404, two: ['c/c'] });

    write(configOf({ one: ['a/a'], two: ['c/c'] }));
    expect(await served({ one: ['a/a'], two: ['c/c'] })).toEqual({ one: ['a/a'], two: ['c/c'] });
  });

  it('takes effect on unchanged data: filter, format, claims and interval', async () => {
    const upstream = await UpstreamHttp.start();
    const text = registryFileOf('a/a', 'b/b');
    const tagged = repliesWithTag(
      () => text,
      () => '"1"',
    );
    const file = { url: upstream.on('/registry.json', tagged) };
    const set = (changes: object) =>
      write(configOf({}, { sources: [{ name: 'far', file, ...HOURLY, ...changes }], registries: [FAR] }));
    const shown = async () => (await (await fetch(`${server.url}/v1/sources/far`)).json()) as object;
    const shows = (expected: object) =>
      vi.waitFor(async () => expect(await shown()).toMatchObject(expected), { timeout: 20_000 });

    set({});
    expect(await served({ far: ['a/a', 'b/b'] })).toBeTruthy();
    set({ filter: { names: { exclude: ['b/*'] } } });
    expect(await served({ far: ['a/a'] })).toBeTruthy();
    set({ format: 'toolhive' });
    await shows({ syncStatus: { phase: 'failed', message: expect.stringMatching(/upstream format/) } });
    set({ claims: { team: 'a' } });
    await shows({ claims: { team: 'a' }, syncStatus: { phase: 'complete' } });
    expect(await served({ far: ['a/a', 'b/b'] })).toBeTruthy();
    const asked = upstream.received.length;
    set({ claims: { team: 'a' }, syncPolicy: { interval: '1s' } });
    await vi.waitFor(() => expect(upstream.received.length).toBeGreaterThan(asked + 2), { timeout: 20_000 });
    await upstream.close();
    write(configOf({ one: ['a/a'], two: ['c/c'] }));
    expect(await served({ one: ['a/a'], two: ['c/c'] })).toEqual({ one: ['a/a'], two: ['c/c'] });
  });

  it('with problems changes nothing and names each of them', async () => {
    write(configOf({ one: ['z/z'] }, { registries: [{ name: 'one', sources: ['none'] }], nonsense: true }));
    await vi.waitFor(() => expect(server.stderr() + server.stdout()).toContain('the one before stays'), {
      timeout: 20_000,
    });

    expect(await served({ one: ['a/a'], two: ['c/c'] })).toEqual({ one: ['a/a'], two: ['c/c'] });
  });

  it('is read when the hang-up signal comes, and then says what waits for a restart', async () => {
    write(configOf({ one: ['a/a'], two: ['c/d'] }, { server: { shutdownGrace: '5s' } }));
    process.kill(server.pid, 'SIGHUP');

    expect(await served({ one: ['a/a'], two: ['c/d'] })).toEqual({ one: ['a/a'], two: ['c/d'] });
    expect(server.stderr() + server.stdout()).toContain('Changes of server take effect at the next start');
  });
});
