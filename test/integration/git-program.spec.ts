import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitSettings } from '../../src/config/registry-config.js';
import type { FetchContext } from '../../src/sources/source-provider.js';
import { registryFileOf } from '../support/documents.js';
import { GitBench } from '../support/git-bench.js';
import { BareRepository } from '../support/git-repository.js';

let bench: GitBench;
let repository: BareRepository;

beforeEach(async () => {
  bench = await GitBench.open();
  repository = new BareRepository(join(bench.directory, 'repo.git'));
});

afterEach(() => bench.close());

function fetchIt(git: Partial<GitSettings> = {}, context: Partial<FetchContext> = {}) {
  return bench.fetch({ repository: `file://${repository.directory}`, ...git }, context);
}

describe.each([true, false])('a directory that sends parts: %s', (sendsParts) => {
  let first: string;

  beforeEach(() => {
    repository.git('config', 'uploadpack.allowFilter', String(sendsParts));
    first = repository.commit({ 'registry.json': registryFileOf('a/first') });
    repository.git('tag', '-a', 'v1', '-m', 'a tag');
    repository.commit({
      'registry.json': registryFileOf('a/a'),
      'servers/ä b/server.json': '{"b":1}',
      'servers/a/server.json': '{"a":1}',
      'servers/c/server.json': '{"a":1}',
      'servers/link.json': { mode: '120000', target: '/etc/passwd' },
      'servers/module': { mode: '160000', target: 'a'.repeat(40) },
    });
  });

  it('is read at its default branch', async () => {
    expect(await fetchIt()).toMatchObject({
      changed: true,
      files: [{ origin: 'registry.json', text: registryFileOf('a/a') }],
    });
  });

  it.each([
    ['tag', () => ({ tag: 'v1' })],
    ['commit', () => ({ commit: first })],
  ])('is read at a %s', async (_kind, settings) => {
    expect(await fetchIt(settings())).toMatchObject({ revision: `${first}:registry.json`, changed: true });
  });

  it('is read at a short id in the middle of its history', async () => {
    const middle = repository.commit({ 'registry.json': registryFileOf('a/middle') });
    repository.commit({ 'registry.json': registryFileOf('a/last') });

    expect(await fetchIt({ commit: middle.slice(0, 8) })).toMatchObject({
      revision: `${middle}:registry.json`,
      files: [{ text: registryFileOf('a/middle') }],
    });
  });

  it('has nothing new under the known revision', async () => {
    const { revision } = await fetchIt();

    expect(await fetchIt({}, { knownRevision: revision })).toEqual({ changed: false, revision });
  });

  it('gives the files of a directory, without links and submodules', async () => {
    const fetched = await fetchIt({ path: 'servers' });

    expect(fetched.changed && fetched.files.map(({ origin, text }) => [origin, text])).toEqual([
      ['servers/a/server.json', '{"a":1}'],
      ['servers/c/server.json', '{"a":1}'],
      ['servers/ä b/server.json', '{"b":1}'],
    ]);
  });

  it.each([
    ['a wrong branch', { branch: 'mian' }, 'ref-not-found'],
    ['a commit that is not there', { commit: 'e'.repeat(40) }, 'ref-not-found'],
    ['a wrong path', { path: 'no.json' }, 'path-not-found'],
    ['a link', { path: 'servers/link.json' }, 'path-not-found'],
    ['too much', { maxSize: 10 }, 'limit-exceeded'],
    ['a wrong directory', { repository: 'file:///does/not/exist' }, 'upstream-not-found'],
    ['a token, which is of no use', { auth: { tokenFile: '/t' } }, 'invalid-configuration'],
    ['an option in place of a host', { repository: 'git@-oProxyCommand=x:y' }, 'invalid-configuration'],
  ])('fails for %s', async (_what, settings, code) => {
    await expect(fetchIt(settings)).rejects.toMatchObject({ code });
  });
});

describe('ssh', () => {
  /** Stands for ssh: keeps its arguments and runs on this machine what it was to run on the other. */
  const SSH =
    '#!/bin/sh\nprintf "%s\\n" "$@" >"$(dirname "$0")/arguments"\nfor last; do :; done\nexec sh -c "$last"\n';

  async function fakeSsh(script = SSH): Promise<void> {
    await bench.file('ssh', script, 0o755);
    bench.usePrograms('first');
  }

  it('is asked without questions, with the key as ssh wants it, and only for known hosts', async () => {
    await fakeSsh();
    repository.commit({ 'registry.json': '{}' });
    const sshKeyFile = await bench.file("it's a key", 'KEY');
    const knownHostsFile = await bench.file('hosts', 'HOSTS');

    const fetched = await fetchIt({
      repository: `git@example.com:${repository.directory}`,
      auth: { sshKeyFile, knownHostsFile },
    });

    const words = (await readFile(join(bench.directory, 'arguments'), 'utf8')).split('\n');
    expect(fetched).toMatchObject({ changed: true, files: [{ text: '{}' }] });
    expect(words).toEqual(
      expect.arrayContaining(['BatchMode=yes', 'StrictHostKeyChecking=yes', 'git@example.com']),
    );
  });

  it.each([
    ['Host key verification failed.', 'upstream-untrusted'],
    ['git@example.com: Permission denied (publickey).', 'upstream-unauthorized'],
    ['ssh: Could not resolve hostname example.com: Name or service not known', 'upstream-unresolved'],
    ['ssh: connect to host example.com port 22: Connection refused', 'upstream-refused'],
  ])('complains %j, which gets its code', async (complaint, code) => {
    await fakeSsh(`#!/bin/sh\necho '${complaint}' >&2\nexit 255\n`);

    await expect(fetchIt({ repository: 'ssh://git@example.com/repo.git' })).rejects.toMatchObject({ code });
  });

  it('ends with what it started when it is stopped', async () => {
    await fakeSsh('#!/bin/sh\necho $$ >"$(dirname "$0")/pid"\nexec sleep 60\n');
    const stop = new AbortController();
    const fetching = fetchIt({ repository: 'ssh://git@example.com/repo.git' }, { signal: stop.signal });
    fetching.catch(() => {});
    await expect.poll(() => readdir(bench.directory), { timeout: 10_000 }).toContain('pid');

    stop.abort();

    await expect(fetching).rejects.toMatchObject({ code: 'aborted' });
    const pid = Number(await readFile(join(bench.directory, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });
});

it('a machine without git gets a clear error', async () => {
  bench.usePrograms('only');

  await expect(fetchIt()).rejects.toMatchObject({
    code: 'source-unavailable',
    message: expect.stringContaining('install git'),
  });
});

it('a repository that is too large to be unpacked here is read with the same credentials and authorities', async () => {
  const server = await bench.startServer({ authorization: 'Bearer t0ken', secure: true });
  server.repository.git('config', 'uploadpack.allowFilter', 'true');
  server.repository.commit({ 'registry.json': '{}', 'large.bin': randomBytes(66 * 1024 * 1024) });
  const auth = { tokenFile: await bench.file('token', 't0ken') };

  const fetched = await fetchIt({ repository: server.url, caCertPath: server.caCertPath ?? '', auth });

  expect(fetched).toMatchObject({ changed: true, bytes: 2, files: [{ text: '{}' }] });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
