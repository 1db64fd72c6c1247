import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitSettings } from '../../src/config/registry-config.js';
import type { FetchContext } from '../../src/sources/source-provider.js';
import { GitBench, basic } from '../support/git-bench.js';
import type { GitServer } from '../support/git-server.js';

let bench: GitBench;

beforeEach(async () => {
  bench = await GitBench.open();
});

afterEach(() => bench.close());

function fetchFrom(server: GitServer, git: Partial<GitSettings> = {}, context: Partial<FetchContext> = {}) {
  return bench.fetch({ repository: server.url, ...git }, context);
}

describe('credentials', () => {
  it('are a user name with a password', async () => {
    const server = await bench.startServer({ authorization: basic('me:päss') });
    server.repository.commit({ 'registry.json': '{}' });
    const auth = { username: 'me', passwordFile: await bench.file('password', 'päss\n') };

    expect(await fetchFrom(server, { auth })).toMatchObject({ changed: true });
  });

  it('are a bearer token for a host without habits', async () => {
    const server = await bench.startServer({ authorization: 'Bearer t0ken' });
    server.repository.commit({ 'registry.json': '{}' });

    const fetched = await fetchFrom(server, { auth: { tokenFile: await bench.file('token', 't0ken') } });

    expect(fetched).toMatchObject({ changed: true });
  });

  it('may stand in the address, which no message shows', async () => {
    const server = await bench.startServer({ authorization: basic('me:secret') });
    server.repository.commit({ 'registry.json': '{}' });
    const repository = server.url.replace('://', '://me:secret@');

    expect(await fetchFrom(server, { repository })).toMatchObject({ changed: true });
    const failure = await fetchFrom(server, { repository: repository.replace('secret', 'wr0ng') }).catch(
      String,
    );
    expect(failure).not.toContain('wr0ng');
  });

  it.each([
    ['missing', undefined, 'set git.auth'],
    ['wrong', 'wr0ng', 'check git.auth'],
  ])('that are %s are named as the reason', async (_what, token, advice) => {
    const server = await bench.startServer({ authorization: basic('me:right') });
    server.repository.commit({ 'registry.json': '{}' });
    const auth =
      token === undefined ? {} : { auth: { username: 'me', tokenFile: await bench.file('token', token) } };

    const failure: unknown = await fetchFrom(server, auth).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code: 'upstream-unauthorized',
      message: expect.stringContaining(advice),
    });
    expect(String(failure)).not.toContain('wr0ng');
  });

  it('never go to another origin, though the repository is read from there', async () => {
    const [from, to] = [await bench.startServer(), await bench.startServer()];
    to.repository.commit({ 'registry.json': '{}' });
    from.mischief.redirectTo = to.origin;
    const auth = { username: 'me', tokenFile: await bench.file('token', 't0ken') };

    expect(await fetchFrom(from, { auth })).toMatchObject({ changed: true });
    expect(from.authorizations).toEqual([basic('me:t0ken')]);
    expect(to.requests).toHaveLength(3);
    expect(to.authorizations).toEqual([undefined, undefined, undefined]);
  });
});

describe('what goes wrong', () => {
  it('is a certificate of an unknown authority, until caCertPath names it', async () => {
    const server = await bench.startServer({ secure: true });
    server.repository.commit({ 'registry.json': '{}' });

    await expect(fetchFrom(server)).rejects.toMatchObject({
      code: 'upstream-untrusted',
      message: expect.stringContaining('caCertPath'),
    });
    expect(await fetchFrom(server, { caCertPath: server.caCertPath ?? '' })).toMatchObject({ changed: true });
  });

  it.each([
    [403, 'upstream-forbidden'],
    [404, 'upstream-not-found'],
    [500, 'upstream-failed'],
  ])('is status %i', async (status, code) => {
    const server = await bench.startServer();
    server.mischief.status = status;

    await expect(fetchFrom(server)).rejects.toMatchObject({ code });
  });

  it('is an address that is no repository', async () => {
    const server = await bench.startServer();

    await expect(fetchFrom(server, { repository: `${server.origin}/none.git` })).rejects.toMatchObject({
      code: 'upstream-not-found',
    });
  });

  it('is a host that does not exist, or one that refuses', async () => {
    const server = await bench.startServer();

    await expect(
      fetchFrom(server, { repository: 'http://does-not-exist.invalid/r.git' }),
    ).rejects.toMatchObject({
      code: 'upstream-unresolved',
    });
    await expect(fetchFrom(server, { repository: 'http://127.0.0.1:1/r.git' })).rejects.toMatchObject({
      code: 'upstream-refused',
    });
  });

  it.each(['close', 'end'] as const)('is a pack that ends early (%s)', async (how) => {
    const server = await bench.startServer();
    server.repository.commit({ 'registry.json': JSON.stringify(Array.from({ length: 500 }, Math.random)) });
    server.mischief.truncate = { bytes: 3000, how };

    await expect(fetchFrom(server)).rejects.toMatchObject({ code: 'upstream-truncated' });
  });

  it('is the time, and the message names the limit', async () => {
    const server = await bench.startServer();
    server.repository.commit({ 'registry.json': '{}' });
    server.mischief.delayMs = 20_000;

    await expect(fetchFrom(server, { timeoutMs: 1500 })).rejects.toMatchObject({
      code: 'time-limit-exceeded',
      message: expect.stringMatching(/git\.timeout \(1\.5s\)/),
    });
  });

  it('is the size, and the message names the limit', async () => {
    const server = await bench.startServer();
    server.repository.commit({ 'a.json': 'x'.repeat(600), 'b.json': 'x'.repeat(600) });

    await expect(fetchFrom(server, { path: '*.json', maxSize: 1024 })).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringContaining('git.maxSize (1KiB)'),
    });
  });

  it('is being stopped, which takes effect at once', async () => {
    const server = await bench.startServer();
    server.repository.commit({ 'registry.json': '{}' });
    server.mischief.delayMs = 20_000;
    const stop = new AbortController();
    const fetching = fetchFrom(server, {}, { signal: stop.signal });
    await expect.poll(() => server.requests.at(-1), { timeout: 10_000 }).toContain('POST');
    const before = Date.now();

    stop.abort();

    await expect(fetching).rejects.toMatchObject({ code: 'aborted' });
    expect(Date.now() - before).toBeLessThan(1500);
  });
});
