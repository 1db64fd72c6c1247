import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.loader.js';
import type { SourceConfig } from '../../src/config/registry-config.js';
import { useApiBench } from '../support/api-sources.js';
import { registryFileOf } from '../support/documents.js';
import { GitBench } from '../support/git-bench.js';

const pathOf = (name: string) => fileURLToPath(new URL(`../../config/${name}`, import.meta.url));

/** The one source of a sample. */
async function sourceIn(path: string): Promise<SourceConfig> {
  const { config } = await loadConfig({ path, env: {}, strictKeys: true });
  const [source] = config.sources;
  if (source === undefined) throw new Error(`${path} has no source`);
  return source;
}

describe('config-git.yaml', () => {
  let bench: GitBench;

  beforeEach(async () => {
    bench = await GitBench.open();
  });

  afterEach(() => bench.close());

  it('reads the public catalogue, here from a mirror of the same shape', async () => {
    const source = await sourceIn(pathOf('config-git.yaml'));
    if (source.kind !== 'git') throw new Error('It is another kind of source');
    const server = await bench.startServer();
    const text = registryFileOf('io.github.stacklok/fetch');
    server.repository.commit({
      'README.md': 'the catalogue',
      'pkg/catalog/toolhive/data/registry-legacy.json': '{}',
      'pkg/catalog/toolhive/data/registry-upstream.json': text,
    });

    expect(source.git.repository).toBe('https://github.com/stacklok/toolhive-catalog.git');
    expect(await bench.fetch({ ...source.git, repository: server.url })).toMatchObject({
      changed: true,
      files: [{ origin: 'pkg/catalog/toolhive/data/registry-upstream.json', text }],
    });
  });

  it('has the older repository as a variant in comments, pinned to a commit', async () => {
    const sample = await readFile(pathOf('config-git.yaml'), 'utf8');
    const variant = /^# source:\n(?:^# .*\n)+/m.exec(sample)?.[0].replaceAll(/^# /gm, '') ?? '';
    const server = await bench.startServer();
    const commit = server.repository.commit({ 'pkg/registry/data/registry.json': '{"servers":{}}' });
    server.repository.commit({ 'README.md': 'moved' });
    server.repository.git('tag', 'old', commit);
    const rest = sample.slice(sample.indexOf('syncPolicy:'));
    const path = await bench.file(
      'variant.yaml',
      `registryName: toolhive\n${variant.replace('0'.repeat(40), commit)}\n${rest}`,
    );

    const source = await sourceIn(path);

    if (source.kind !== 'git') throw new Error('It is another kind of source');
    expect(source.git.repository).toBe('https://github.com/stacklok/toolhive.git');
    expect(await bench.fetch({ ...source.git, repository: server.url })).toMatchObject({
      revision: `${commit}:pkg/registry/data/registry.json`,
      changed: true,
    });
  });
});

describe('config-api.yaml', () => {
  const bench = useApiBench();

  it('reads the official registry, here from a mirror of the same shape, and then only its changes', async () => {
    const source = await sourceIn(pathOf('config-api.yaml'));
    if (source.kind !== 'api') throw new Error('It is another kind of source');
    bench.upstream.tellsChanges = true;
    const mirrored = { ...source, api: { ...source.api, endpoint: bench.upstream.url } };

    const first = await bench.round(undefined, mirrored);

    expect(source.api.endpoint).toBe('https://registry.modelcontextprotocol.io');
    expect(first).toMatchObject({ scope: 'everything', names: expect.objectContaining({ length: 250 }) });
    expect(await bench.round(first.revision, mirrored)).toMatchObject({ revision: first.revision });
  });
});
