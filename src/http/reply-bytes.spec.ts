import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ReplyBytes } from './reply-bytes.js';

const LARGE = { text: 'word '.repeat(1000) };

describe('ReplyBytes', () => {
  it('has what a read needs by default', () => {
    const reply = ReplyBytes.json({ a: 1 });

    expect(reply).toMatchObject({ status: 200, contentType: 'application/json', cacheControl: 'no-cache' });
    expect(reply.body.toString()).toBe('{"a":1}');
    expect(ReplyBytes.text('ü')).toMatchObject({ contentType: 'text/plain; charset=utf-8' });
  });

  it('says how it may be stored', () => {
    const stored = ReplyBytes.json(1, { isPrivate: true });
    const passing = ReplyBytes.json(1, { cache: 'none', isPrivate: true });

    expect([stored.cacheControl, passing.cacheControl]).toEqual(['private, no-cache', 'no-store']);
    expect(stored.etag).toBeDefined();
    expect(passing.etag).toBeUndefined();
  });

  it('has one strong tag for each coding', async () => {
    const reply = ReplyBytes.json(LARGE);

    const gzip = await reply.represent('gzip');
    const brotli = await reply.represent('br');

    expect(gunzipSync(gzip.body).equals(reply.body)).toBe(true);
    expect(brotliDecompressSync(brotli.body).equals(reply.body)).toBe(true);
    expect(new Set([reply.etag, gzip.etag, brotli.etag]).size).toBe(3);
  });

  it('makes each form once and counts what it keeps', async () => {
    const reply = ReplyBytes.json(LARGE);
    const bare = reply.retainedBytes;

    const gzip = await reply.represent('gzip');

    expect(await reply.represent('gzip')).toBe(gzip);
    expect(reply.retainedBytes).toBe(bare + gzip.body.length);
  });

  it('keeps bodies uncompressed that are small or do not shrink', async () => {
    const small = ReplyBytes.text('a'.repeat(1023));
    const noise = new ReplyBytes(randomBytes(4096));

    expect(await small.represent('br')).toMatchObject({ coding: 'identity' });
    expect(await noise.represent('gzip')).toEqual({ coding: 'identity', body: noise.body, etag: noise.etag });
    expect(noise.retainedBytes).toBe(4096);
  });

  it('compresses large bodies aside, once for all who wait', async () => {
    const reply = ReplyBytes.text('x'.repeat(300_000));

    const first = reply.represent('br');
    const second = reply.represent('br');

    expect(first).toBeInstanceOf(Promise);
    expect(second).toBe(first);
    const made = await first;
    expect(brotliDecompressSync(made.body)).toHaveLength(300_000);
    expect(reply.represent('br')).toBe(made);
  });
});
