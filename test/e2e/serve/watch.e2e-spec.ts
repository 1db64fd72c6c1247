import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { registryFileOf } from '../../support/documents.js';
import { startServer, type RunningProgram } from '../../support/program.js';
import { listedNames } from './site.js';

let directory: string;
let config: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watch-'));
  config = join(directory, 'config.yaml');
  const sources = ['registry.json', 'mounted/registry.yaml'].map((path, index) => ({
    name: `s${index}`,
    file: { path: join(directory, path) },
    syncPolicy: { interval: '1h' },
  }));
  const registries = [{ name: 'default', sources: ['s0', 's1'] }];
  await writeFile(
    config,
    JSON.stringify({ sources, registries, fileStorage: { baseDir: join(directory, 'd') } }),
  );
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** A state of mounted configuration: a directory, to which one link is swapped. */
async function mount(version: string, content: string): Promise<void> {
  const mounted = join(directory, 'mounted');
  await mkdir(join(mounted, version), { recursive: true });
  await writeFile(join(mounted, version, 'registry.yaml'), content);
  await symlink(version, join(mounted, '..tmp'));
  await rename(join(mounted, '..tmp'), join(mounted, '..data'));
}

async function waitForNames(server: RunningProgram, names: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(await listedNames(server.url)).toEqual(names), { timeout: 20_000 });
}

it('a changed file is served long before its interval has passed', async () => {
  const path = join(directory, 'registry.json');
  await writeFile(path, registryFileOf('a/a'));
  await mount('..1', 'servers:\n  - {name: m/m, description: What it does, version: "1"}\n');
  await symlink('..data/registry.yaml', join(directory, 'mounted', 'registry.yaml'));
  const server = await startServer(['--config', config]);
  await waitForNames(server, ['a/a', 'm/m']);

  await writeFile(path, registryFileOf('a/a', 'b/b'));
  await waitForNames(server, ['a/a', 'b/b', 'm/m']);

  await writeFile(`${path}.new`, registryFileOf('b/b'));
  await rename(`${path}.new`, path);
  await waitForNames(server, ['b/b', 'm/m']);

  await mount('..2', 'servers:\n  - {name: n/n, description: What it does, version: "1"}\n');
  await waitForNames(server, ['b/b', 'n/n']);

  await rm(path);
  await vi.waitUntil(() => server.stderr().includes('does not exist'), { timeout: 20_000 });
  await writeFile(path, registryFileOf('c/c'));
  await waitForNames(server, ['c/c', 'n/n']);

  expect(await server.stop()).toBe(0);
});
