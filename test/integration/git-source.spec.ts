import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitSettings } from '../../src/config/registry-config.js';
import type { FetchContext } from '../../src/sources/source-provider.js';
import { registryFileOf } from '../support/documents.js';
import { GitBench } from '../support/git-bench.js';
import type { GitServer } from '../support/git-server.js';

let bench: GitBench;

beforeEach(async () => {
  bench = await GitBench.open();
});

afterEach(() => bench.close());

function fetchFrom(server: GitServer, git: Partial<GitSettings> = {}, context: Partial<FetchContext> = {}) {
  return bench.fetch({ repository: server.url, ...git }, context);
}

describe('which commit is read', () => {
  let server: GitServer;
  let first: string;
  let second: string;

  beforeEach(async () => {
    server = await bench.startServer();
    first = server.repository.commit({ 'registry.json': registryFileOf('a/first') });
    server.repository.git('tag', 'light');
    server.repository.git('tag', '-a', 'annotated', '-m', 'a tag');
    second = server.repository.commit({ 'registry.json': registryFileOf('a/second') });
    server.repository.commit({ 'registry.json': registryFileOf('a/other') }, 'feature/other');
  });

  it.each([
    ['the default branch', () => ({}), 'a/second', () => second],
    ['a branch', () => ({ branch: 'main' }), 'a/second', () => second],
    ['a light tag', () => ({ tag: 'light' }), 'a/first', () => first],
    ['an annotated tag', () => ({ tag: 'annotated' }), 'a/first', () => first],
    ['a full commit id', () => ({ commit: first }), 'a/first', () => first],
    ['a full commit id in capitals', () => ({ commit: first.toUpperCase() }), 'a/first', () => first],
    ['the short id of a tag', () => ({ commit: first.slice(0, 8) }), 'a/first', () => first],
  ])('is that of %s', async (_what, settings, name, commit) => {
    const fetched = await fetchFrom(server, settings());

    expect(fetched).toMatchObject({
      changed: true,
      revision: `${commit()}:registry.json`,
      files: [{ origin: 'registry.json', text: registryFileOf(name) }],
    });
  });

  it('is that of a branch with a slash in its name', async () => {
    expect(await fetchFrom(server, { branch: 'feature/other' })).toMatchObject({
      files: [{ text: registryFileOf('a/other') }],
    });
  });

  it.each([
    ['branch', { branch: 'mian' }, 'feature/other, main'],
    ['tag', { tag: 'v9' }, 'annotated, light'],
    ['commit', { commit: '123456' }, 'all 40 characters'],
    ['commit', { commit: '1234567' }, 'No branch or tag has a commit 1234567'],
    ['commit', { commit: 'f'.repeat(40) }, 'commit'],
    ['branch', { branch: '--upload-pack=x' }, 'not a name'],
  ])('does not exist: a wrong %s says what does (%o)', async (_kind, settings, hint) => {
    const fetching = fetchFrom(server, settings);

    await expect(fetching).rejects.toMatchObject({
      code: 'ref-not-found',
      message: expect.stringContaining(hint),
    });
  });

  it('is that of a short id where no branch or tag stands, looked for once', async () => {
    server.repository.git('config', 'uploadpack.allowFilter', 'true');
    const middle = server.repository.commit({ 'registry.json': registryFileOf('a/middle') });
    server.repository.commit({ 'registry.json': registryFileOf('a/last') });
    const commit = middle.slice(0, 7);

    const fetched = await fetchFrom(server, { commit });
    server.requests.length = 0;
    const again = await fetchFrom(server, { commit }, { knownRevision: fetched.revision });

    expect(fetched).toMatchObject({
      revision: `${middle}:registry.json`,
      files: [{ text: registryFileOf('a/middle') }],
    });
    expect(again).toEqual({ changed: false, revision: fetched.revision });
    expect(server.requests).toEqual([]);
  });

  it('costs exactly one request when the branch has not moved', async () => {
    const { revision } = await fetchFrom(server);
    server.requests.length = 0;

    expect(await fetchFrom(server, {}, { knownRevision: revision })).toEqual({ changed: false, revision });
    expect(server.requests).toEqual(['GET /repo.git/info/refs']);
  });

  it('costs no request when it is pinned and known', async () => {
    const { revision } = await fetchFrom(server, { commit: first });
    server.requests.length = 0;

    expect(await fetchFrom(server, { commit: first }, { knownRevision: revision })).toMatchObject({
      changed: false,
    });
    expect(server.requests).toEqual([]);
  });

  it('is read again when another path is wanted of it', async () => {
    const { revision } = await fetchFrom(server);

    expect(await fetchFrom(server, { path: '*.json' }, { knownRevision: revision })).toMatchObject({
      changed: true,
    });
  });

  it('is none in an empty repository', async () => {
    const empty = await bench.startServer();

    await expect(fetchFrom(empty)).rejects.toMatchObject({ code: 'ref-not-found' });
  });
});

describe('which files are read', () => {
  let server: GitServer;

  beforeEach(async () => {
    server = await bench.startServer();
    server.repository.commit({
      'README.md': 'text',
      'servers/b/server.json': '{"b":1}',
      'servers/a/server.json': '{"a":1}',
      'servers/a/notes.txt': 'text',
      'servers/a/deep/er/server.json': '{"deep":1}',
      'servers/.hidden/server.json': '{"hidden":1}',
      'servers/link.json': { mode: '120000', target: '../../../etc/passwd' },
      'servers/outside': { mode: '120000', target: '/etc' },
      'servers/module': { mode: '160000', target: 'a'.repeat(40) },
    });
  });

  it.each([
    ['a file', 'servers/a/server.json', ['servers/a/server.json']],
    ['a file below ./', './servers/a/server.json', ['servers/a/server.json']],
    [
      'a directory',
      'servers',
      ['servers/a/deep/er/server.json', 'servers/a/server.json', 'servers/b/server.json'],
    ],
    ['the root', '/', ['servers/a/deep/er/server.json', 'servers/a/server.json', 'servers/b/server.json']],
    [
      'a glob, whose star stays in one name',
      'servers/[ab]/server.json',
      ['servers/a/server.json', 'servers/b/server.json'],
    ],
    ['a glob of any depth', '**/er/*.json', ['servers/a/deep/er/server.json']],
  ])('those of %s, sorted, without links and submodules', async (_what, path, origins) => {
    const fetched = await fetchFrom(server, { path });

    expect(fetched.changed && fetched.files.map(({ origin }) => origin)).toEqual(origins);
  });

  it.each(['registry.json', 'servers/c', 'Servers', 'servers/link.json', 'servers/outside/passwd', '*.yaml'])(
    'none at %s',
    async (path) => {
      await expect(fetchFrom(server, { path })).rejects.toMatchObject({
        code: 'path-not-found',
        message: expect.stringContaining(path),
      });
    },
  );

  it('those in YAML as JSON, beside others', async () => {
    server.repository.commit({
      'all/a.json': '{"a":1}',
      'all/b.yaml': '# b\nb: 2\n',
      'all/deep/c.yml': '- c',
      'all/d.txt': 'd: 4',
    });

    const files = async (path: string) => {
      const fetched = await fetchFrom(server, { path });
      return fetched.changed ? fetched.files.map(({ origin, text }) => [origin, text]) : [];
    };
    const b = ['all/b.yaml', '\n{"b":2}'];
    const c = ['all/deep/c.yml', '["c"]'];
    expect(await files('all')).toEqual([['all/a.json', '{"a":1}'], b, c]);
    expect(await files('all/*.yaml')).toEqual([b]);
    expect(await files('all/deep/c.yml')).toEqual([c]);
  });

  it('none that are broken YAML, and says which and where', async () => {
    server.repository.commit({ 'all/b.yaml': 'a: 1\n\tb: 2' });

    await expect(fetchFrom(server, { path: 'all' })).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(/^all\/b\.yaml: .* line 2/),
    });
  });

  it('none outside the repository', async () => {
    await expect(fetchFrom(server, { path: '../../etc/passwd' })).rejects.toMatchObject({
      code: 'invalid-configuration',
    });
    expect(server.requests).toEqual([]);
  });

  it('not without end of a tree that contains itself ten times, twelve levels deep', async () => {
    const blob = server.repository.gitWith('{}', 'hash-object', '-w', '--stdin');
    let tree = Buffer.concat([Buffer.from('100644 a.txt\0'), Buffer.from(blob, 'hex')]);
    for (let level = 0; level < 12; level += 1) {
      const oid = server.repository.gitWith(tree, 'hash-object', '-t', 'tree', '-w', '--stdin');
      const names = Array.from({ length: 10 }, (_, index) => Buffer.from(`40000 ${index}\0`));
      tree = Buffer.concat(names.flatMap((name) => [name, Buffer.from(oid, 'hex')]));
    }
    server.repository.commitRawTree(tree);

    await expect(fetchFrom(server, { path: '**/*.json' })).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('none of a repository whose names lead outside', async () => {
    const blob = Buffer.from(server.repository.gitWith('{}', 'hash-object', '-w', '--stdin'), 'hex');
    const inner = server.repository.gitWith(
      Buffer.concat([Buffer.from('100644 evil.json\0'), blob]),
      'hash-object',
      '-t',
      'tree',
      '-w',
      '--stdin',
    );
    server.repository.commitRawTree(Buffer.concat([Buffer.from('40000 ..\0'), Buffer.from(inner, 'hex')]));

    await expect(fetchFrom(server, { path: '**' })).rejects.toMatchObject({ code: 'invalid-source-data' });
  });
});
