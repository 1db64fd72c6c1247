import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.loader.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'namespaces-'));
});

afterAll(() => rm(directory, { recursive: true }));

async function namespacesOf(settings: string, watched?: string): Promise<readonly string[] | undefined> {
  const path = join(directory, 'config.yaml');
  await writeFile(path, `sources: [{name: k, ${settings}}]\nregistries: [{name: k, sources: [k]}]\n`);
  const env = watched === undefined ? {} : { THV_REGISTRY_WATCH_NAMESPACE: watched };
  const { config, warnings } = await loadConfig({ path, env });
  expect(warnings).toEqual([]);
  const [source] = config.sources;
  return source?.kind === 'kubernetes' ? source.kubernetes.namespaces : undefined;
}

describe('the namespaces of a Kubernetes source', () => {
  it.each([
    ['kubernetes: {namespaces: [a, b]}', 'c', ['a', 'b']],
    ['kubernetes: {}', 'c, d,', ['c', 'd']],
    ['kubernetes: {namespaces: []}', 'c', ['c']],
    ['kubernetes: ', '*', ['*']],
    ['kubernetes: {}', '', undefined],
    ['kubernetes: {}', undefined, undefined],
  ])('%s with THV_REGISTRY_WATCH_NAMESPACE=%s are %s', async (settings, watched, expected) => {
    expect(await namespacesOf(settings, watched)).toEqual(expected);
  });

  it.each([
    ['kubernetes: {namespaces: [A_b]}', undefined],
    ['kubernetes: {}', 'a,../b'],
  ])('%s with THV_REGISTRY_WATCH_NAMESPACE=%s are refused', async (settings, watched) => {
    await expect(namespacesOf(settings, watched)).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringContaining('must be the name of a namespace'),
    });
  });

  it('do not matter to other sources, whatever the environment says', async () => {
    expect(await namespacesOf('file: {data: "[]"}, syncPolicy: {interval: 1h}', 'a,../b')).toBeUndefined();
  });
});
