import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registryFile, registryFileOf, serverJson } from '../../support/documents.js';
import { runProgram, startServer, type ProgramResult } from '../../support/program.js';

let directory: string;
let config: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sync-'));
  config = join(directory, 'config.yaml');
  const source = (name: string) => ({
    name,
    file: { path: join(directory, `${name}.json`) },
    syncPolicy: { interval: '1h' },
  });
  const value = {
    sources: [source('good'), source('missing')],
    registries: [{ name: 'default', sources: ['good', 'missing'] }],
    fileStorage: { baseDir: join(directory, 'data') },
  };
  // JSON is YAML.
  await writeFile(config, JSON.stringify(value));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const publish = (text: string) => writeFile(join(directory, 'good.json'), text);
const sync = (...args: string[]): Promise<ProgramResult> => runProgram(['sync', ...args, '--config', config]);

describe('sync', () => {
  it('shows what a round would change, writes nothing, then carries it out', async () => {
    await publish(registryFile([serverJson('a/a', '1.0.0'), serverJson('b/b', '1.0.0'), { name: 'c/c' }]));

    const trial = await sync('good', '--dry-run');
    const first = await sync('good');
    await publish(registryFile([serverJson('a/a', '1.0.0', { title: 'New' }), serverJson('d/d', '1.0.0')]));
    const second = await sync('good');
    const third = await sync('good');

    const difference = ['  + server a/a 1.0.0', '  + server b/b 1.0.0', '  ! server c/c at /servers/2: '];
    expect(trial.stdout).toMatch(/^good: 2 added, .* 1 refused, .*nothing was written/);
    for (const line of difference) expect(trial.stdout).toContain(line);
    expect(first.stdout).toMatch(/^good: 2 added, 0 changed, 0 removed, 1 refused/);
    expect(second.stdout.trimEnd().split('\n')).toEqual([
      'good: 1 added, 1 changed, 1 removed, 0 refused, 0 unchanged',
      '  + server d/d 1.0.0',
      '  ~ server a/a 1.0.0',
      '  - server b/b 1.0.0',
    ]);
    expect(third.stdout).toBe('good: unchanged\n');
    expect([trial, first, second, third].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });

  it('goes on after a source that fails, and says so at the end', async () => {
    await publish(registryFileOf('a/a'));

    const result = await sync();

    expect(result.code).toBe(1);
    expect(result.stdout).toContain('good: 1 added');
    expect(result.stdout).toMatch(/missing: failed: .*missing\.json does not exist/);
    expect(result.stderr).toBe('error: Not synced: missing\n');
  });

  it('refuses an unknown source, naming those that there are', async () => {
    const result = await sync('other');

    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe('error: No source is named other; the configuration has good, missing\n');
  });

  it('leaves the store of a running server alone, and says where it shows its rounds', async () => {
    await publish(registryFileOf('a/a'));
    const server = await startServer(['--config', config]);

    const result = await sync('good');

    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^error: Another process uses the embedded store/);
    const route = /GET (\/v1\/\S+)/.exec(result.stderr)?.[1];
    expect(route).toBe('/v1/sources/good');
    expect((await fetch(`${server.url}${route}`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
