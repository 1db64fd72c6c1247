import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boundedFetch, type BoundedRequest } from '../../src/common/bounded-fetch.js';
import {
  breaksOff,
  breaksOffChunks,
  drips,
  hangsUp,
  neverEnds,
  redirects,
  replies,
  staysSilent,
  UpstreamHttp,
} from '../support/upstream-http.js';

const MIB = 1024 * 1024;
let upstream: UpstreamHttp;

beforeEach(async () => {
  upstream = await UpstreamHttp.start();
});

afterEach(() => upstream.close());

function get(url: string, changes: Partial<BoundedRequest> = {}) {
  const signal = new AbortController().signal;
  return boundedFetch({ url, signal, timeoutMs: 10_000, maxBytes: MIB, ...changes });
}

async function textOf(url: string, changes: Partial<BoundedRequest> = {}): Promise<string> {
  return (await get(url, changes)).text();
}

describe('an answer', () => {
  it('has its status, headers and body', async () => {
    const url = upstream.on('/a', replies(418, 'tea', { 'x-pot': 'small' }));

    const response = await get(`${url}?q=1`);

    expect([response.status, response.headers.get('X-Pot'), response.headers.get('x-none')]).toEqual([
      418,
      'small',
      null,
    ]);
    expect([response.url, await response.text()]).toEqual([`${url}?q=1`, 'tea']);
  });

  it('of a request with method, headers and body is to just that', async () => {
    const url = upstream.on('/a', replies(200));

    await textOf(url, { method: 'POST', headers: { Accept: 'text/x' }, body: 'ä' });

    expect(upstream.received).toMatchObject([
      { method: 'POST', headers: { accept: 'text/x' }, body: Buffer.from('ä') },
    ]);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['GZIP', gzipSync],
  ])('in %s is decoded', async (encoding, compress) => {
    const url = upstream.on('/a', replies(200, compress('hello'), { 'content-encoding': encoding }));

    expect(await textOf(url)).toBe('hello');
    expect(upstream.received[0]?.headers['accept-encoding']).toBe('gzip, br');
  });

  it.each([
    ['HEAD', 200, { 'content-encoding': 'gzip', 'content-length': '99999999' }],
    ['GET', 304, { 'content-encoding': 'gzip', etag: '"a"' }],
  ])('without a body to %s with %i is empty', async (method, status, headers) => {
    const url = upstream.on('/a', (_request, response) => void response.writeHead(status, headers).end());

    const response = await get(url, { method });

    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  it('that is not UTF-8 is refused as text, and given as bytes', async () => {
    const url = upstream.on('/a', replies(200, Uint8Array.of(0x22, 0xff, 0x22)));

    expect(await (await get(url)).bytes()).toHaveLength(3);
    await expect(textOf(url)).rejects.toMatchObject({ code: 'invalid-source-data' });
  });

  it('that is discarded frees its connection and lets nothing be read', async () => {
    const response = await get(upstream.on('/a', drips(10)));

    response.discard();

    await vi.waitFor(() => expect(upstream.connections).toBe(0));
    await expect(response.text()).rejects.toMatchObject({ code: 'upstream-failed' });
  });
});

describe('the size', () => {
  it('may be the limit and not a byte more, announced or not', async () => {
    const announced = upstream.on('/a', replies(200, 'x'.repeat(100)));
    const chunked = upstream.on('/b', (_request, response) => void response.end('x'.repeat(100)));

    for (const url of [announced, chunked]) {
      expect(await textOf(url, { maxBytes: 100 })).toHaveLength(100);
      await expect(textOf(url, { maxBytes: 99 })).rejects.toMatchObject({
        code: 'limit-exceeded',
        message: expect.stringMatching(/maxSize \(99B?\).*raise maxSize/),
      });
    }
  });

  it.each([
    ['endless bytes', {}],
    ['endless bytes that are announced', { 'content-length': 10 * 1024 ** 3 }],
  ])('%s are stopped, and the connection is closed', async (_what, headers) => {
    const url = upstream.on('/a', neverEnds(headers));

    await expect(textOf(url)).rejects.toMatchObject({ code: 'limit-exceeded' });

    await vi.waitFor(() => expect(upstream.connections).toBe(0));
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(200 * MIB))],
    ['br', brotliCompressSync(Buffer.alloc(200 * MIB))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(200 * MIB)))],
  ])('a bomb in %s is stopped while it is unpacked', async (encoding, bomb) => {
    const url = upstream.on('/a', replies(200, bomb, { 'content-encoding': encoding }));
    const before = process.memoryUsage.rss();

    await expect(textOf(url)).rejects.toMatchObject({ code: 'limit-exceeded' });

    expect(bomb.length).toBeLessThan(MIB);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MIB);
  });
});

describe('the time', () => {
  it.each([
    ['a server that never answers', staysSilent(), '0B'],
    ['a body that drips', drips(20), ''],
  ])('of %s is limited', async (_what, answer, received) => {
    const url = upstream.on('/slow', answer);
    const started = Date.now();

    await expect(textOf(url, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'time-limit-exceeded',
      message: expect.stringMatching(new RegExp(`timeout \\(300ms\\); ${received}.*received`)),
    });

    expect(Date.now() - started).toBeLessThan(2_000);
    await vi.waitFor(() => expect(upstream.connections).toBe(0));
  });

  it('includes redirects', async () => {
    upstream.on('/silent', staysSilent());
    const url = upstream.on('/a', redirects('/silent'));

    await expect(textOf(url, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'time-limit-exceeded',
      message: expect.stringContaining('/silent'),
    });
  });

  it.each([
    ['before it starts', staysSilent(), 0],
    ['while it waits for an answer', staysSilent(), 50],
    ['while it reads', drips(10), 100],
  ])('ends with the signal %s', async (_what, answer, afterMs) => {
    const url = upstream.on('/slow', answer);
    const stop = new AbortController();
    if (afterMs === 0) stop.abort();
    else setTimeout(() => stop.abort(new Error('secret reason')), afterMs);

    await expect(textOf(url, { signal: stop.signal })).rejects.toMatchObject({
      code: 'aborted',
      message: expect.not.stringContaining('secret'),
    });
  });
});

describe('a failure', () => {
  it.each([
    ['a body that ends too early', breaksOff('{"a":'), 'upstream-truncated'],
    ['chunks that end too early', breaksOffChunks('{"a":'), 'upstream-truncated'],
    [
      'a compressed body that ends too early',
      replies(200, gzipSync('x'.repeat(100)).subarray(0, 20), { 'content-encoding': 'gzip' }),
      'upstream-truncated',
    ],
    [
      'a compressed body that is none',
      replies(200, 'plain', { 'content-encoding': 'gzip' }),
      'upstream-failed',
    ],
    [
      'a brotli body that is none',
      replies(200, 'plain text'.repeat(9), { 'content-encoding': 'br' }),
      'upstream-failed',
    ],
    ['an encoding nobody asked for', replies(200, 'x', { 'content-encoding': 'zstd' }), 'upstream-failed'],
    ['a connection that is closed', hangsUp(), 'upstream-failed'],
    ['a redirect to a file', redirects('file:///etc/passwd'), 'upstream-failed'],
    ['a redirect to nowhere', redirects('http://['), 'upstream-failed'],
    ['redirects in a circle', redirects('/broken'), 'upstream-failed'],
  ])('%s has its code', async (_what, answer, code) => {
    const url = upstream.on('/broken', answer);

    await expect(textOf(url)).rejects.toMatchObject({ code });
  });

  it('of a server that is down, of a name that is not known, of what is no address has its code', async () => {
    const { port } = upstream;
    await upstream.close();

    await expect(textOf(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'upstream-refused' });
    await expect(textOf('http://no-such-name.invalid/')).rejects.toMatchObject({
      code: 'upstream-unresolved',
    });
    await expect(textOf('file:///etc/passwd')).rejects.toMatchObject({ code: 'upstream-failed' });
    await expect(textOf('nonsense')).rejects.toMatchObject({ code: 'upstream-failed' });
    upstream = await UpstreamHttp.start();
  });

  it('says neither credentials nor query', async () => {
    const base = upstream.on('/path', staysSilent()).replace('//', '//user:hidden-1@');
    const request = { headers: { authorization: 'Bearer hidden-2' }, timeoutMs: 50 };

    const error: Error = await textOf(`${base}?token=hidden-3#hidden-4`, request).then(
      () => new Error('succeeded'),
      (failure) => failure,
    );

    expect(error.message).toContain(`127.0.0.1:${upstream.port}/path`);
    expect(error.message).not.toContain('hidden');
  });

  it('leaves what works as it was', async () => {
    const bad = upstream.on('/bad', breaksOff('x'));
    const good = upstream.on('/good', replies(200, 'good'));

    await Promise.allSettled([textOf(bad), textOf(bad), textOf(bad)]);

    expect(await textOf(good)).toBe('good');
  });
});
