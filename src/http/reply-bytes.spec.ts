import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Representation, ReplyBytes } from './reply-bytes.js';

const bytesOf = ({ body }: Representation): Buffer => body ?? Buffer.alloc(0);

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

    expect(gunzipSync(bytesOf(gzip)).equals(reply.body)).toBe(true);
    expect(brotliDecompressSync(bytesOf(brotli)).equals(reply.body)).toBe(true);
    expect(new Set([reply.etag, gzip.etag, brotli.etag]).size).toBe(3);
  });

  it('makes each form once', async () => {
    const reply = ReplyBytes.json(LARGE);

    const gzip = await reply.represent('gzip');

    expect(await reply.represent('gzip')).toBe(gzip);
  });

  it('keeps bodies uncompressed that are small or do not shrink', async () => {
    const small = ReplyBytes.text('a'.repeat(1023));
    const noise = new ReplyBytes(randomBytes(4096));

    expect(await small.represent('br')).toMatchObject({ coding: 'identity' });
    expect(await noise.represent('gzip')).toMatchObject({
      coding: 'identity',
      body: noise.body,
      etag: noise.etag,
    });
  });

  it('compresses large bodies aside, once for all who wait', async () => {
    const reply = ReplyBytes.text('x'.repeat(300_000));

    const first = reply.represent('br');
    const second = reply.represent('br');

    expect(first).toBeInstanceOf(Promise);
    expect(second).toBe(first);
    const made = await first;
    expect(brotliDecompressSync(bytesOf(made))).toHaveLength(300_000);
    expect(reply.represent('br')).toBe(made);
  });
});
