import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

const STRONG_TAG = /^"[\x21\x23-\x7e]+"$/;
const LIST = '/v0.1/servers';
const READS = [
  LIST,
  '/v0.1/servers?limit=1',
  '/v0.1/servers/com.example.weather%2Fforecast',
  '/v0.1/servers/com.example.weather%2Fforecast/versions',
  '/v0.1/servers/com.example.weather%2Fforecast/versions/latest',
  '/v0.1/x/dev.toolhive/skills',
  '/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review',
  '/v0.1/x/dev.toolhive/plugins',
  '/v0.1/ping',
  '/v0.1/health',
  '/v0.1/version',
  '/v0.1/registries',
  '/registry',
  '/api/v0/servers',
  '/api/v0/servers?format=toolhive',
  '/api/v0/info',
  '/openapi.json',
  '/openapi.yaml',
];

describe('caching and compression', () => {
  const registry = useRegistry();

  it.each(READS)('%s has a strong tag, asks to be revalidated and answers 304 to it', async (path) => {
    const first = await registry.get(path);
    const etag = first.headers.etag ?? '';
    expect(etag).toMatch(STRONG_TAG);
    expect(first.headers['cache-control']).toBe('no-cache');

    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `"other",W/${etag} , "more"`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const again = await registry.send(method, path, { headers: { 'if-none-match': known } });
        expect([method, known, again.status, again.body.length]).toEqual([method, known, 304, 0]);
        expect(again.headers.etag).toBe(etag);
        expect(again.headers['cache-control']).toBe('no-cache');
        expect(again.headers['access-control-allow-origin']).toBe('*');
        expect(again.headers['x-content-type-options']).toBe('nosniff');
      }
    }
  });

  it.each(['"other"', 'W/"other"', '""', 'garbage', '"'])(
    'sends the whole to a client that knows %s',
    async (known) => {
      expect((await registry.get(LIST, { 'if-none-match': known })).status).toBe(200);
    },
  );

  it('gives different answers different tags, and the same answer the same', async () => {
    const tags = new Set<string | undefined>();
    for (const limit of [1, 2, 3]) tags.add((await registry.get(`${LIST}?limit=${limit}`)).headers.etag);

    expect(tags.size).toBe(3);
    expect((await registry.get(`${LIST}?limit=1&unknown=1`)).headers.etag).toBe(
      (await registry.get(`${LIST}?limit=1`)).headers.etag,
    );
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)(
    'compresses with %s when it is accepted, under a tag of its own',
    async (coding, decompress) => {
      const plain = await registry.get(LIST);
      const packed = await registry.get(LIST, { 'accept-encoding': coding });

      expect(packed.headers['content-encoding']).toBe(coding);
      expect(packed.body.length).toBeLessThan(plain.body.length);
      expect(packed.headers['content-length']).toBe(String(packed.body.length));
      expect(decompress(packed.body).equals(plain.body)).toBe(true);
      expect(packed.headers.etag).toMatch(STRONG_TAG);
      expect(packed.headers.etag).not.toBe(plain.headers.etag);
      const headers = { 'accept-encoding': coding, 'if-none-match': packed.headers.etag ?? '' };
      expect((await registry.get(LIST, headers)).status).toBe(304);
      expect((await registry.get(LIST, { 'if-none-match': packed.headers.etag ?? '' })).status).toBe(200);
    },
  );

  it('gives gzip and brotli different tags', async () => {
    const gzip = await registry.get(LIST, { 'accept-encoding': 'gzip' });
    const brotli = await registry.get(LIST, { 'accept-encoding': 'br' });

    expect(gzip.headers.etag).not.toBe(brotli.headers.etag);
  });

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['deflate', undefined],
    ['identity', undefined],
    ['gzip;q=0', undefined],
    ['', undefined],
    [';;;,,,q=', undefined],
  ])('chooses for Accept-Encoding %j: %s', async (accepted, coding) => {
    const answer = await registry.get(LIST, { 'accept-encoding': accepted });

    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, coding]);
  });

  it('names Accept-Encoding in Vary wherever the coding may differ, also uncompressed and in 304', async () => {
    const plain = await registry.get(LIST);
    const unchanged = await registry.get(LIST, { 'if-none-match': plain.headers.etag ?? '' });
    const packed = await registry.get(LIST, { 'accept-encoding': 'gzip' });

    for (const { headers } of [plain, unchanged, packed]) expect(headers.vary).toContain('Accept-Encoding');
  });

  it('leaves small answers as they are', async () => {
    const ping = await registry.get('/v0.1/ping', { 'accept-encoding': 'gzip, br' });

    expect(ping.headers['content-encoding']).toBeUndefined();
    expect(ping.text).toBe('{"pong":true}');
  });

  it('never stores an error, and answers none of them with 304', async () => {
    const missing = await registry.get('/v0.1/servers/nobody/versions', { 'if-none-match': '*' });

    expect([missing.status, missing.headers['cache-control'], missing.headers.etag]).toEqual([
      404,
      'no-store',
      undefined,
    ]);
  });
});
