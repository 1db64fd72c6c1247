import 'reflect-metadata';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Body, Controller, Get, Module, Param, Post, Query, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { restrictReply } from '../../src/common/private-reply.js';
import { configureHttp } from '../../src/http/configure-http.js';
import { listenOn } from '../../src/http/listen.js';
import { RegistryAdapter } from '../../src/http/registry-adapter.js';
import { ReplyBytes } from '../../src/http/reply-bytes.js';
import { originalPathOf } from '../../src/http/request-path.js';
import { writeReply } from '../../src/http/write-reply.js';

const PAGE = ReplyBytes.json({ servers: 'entry '.repeat(500) });
const SMALL = ReplyBytes.json({ ok: true }, { isPrivate: true, headers: { Link: '</next>; rel="next"' } });
const HUGE = ReplyBytes.json({ servers: 'entry '.repeat(100_000) });
const listQuery = z.object({
  limit: z.coerce.number().int().default(30),
  search: z.string().optional(),
});

@Controller()
class ThrowAwayController {
  @Get('page')
  page(): ReplyBytes {
    return PAGE;
  }

  @Get('small')
  small(): ReplyBytes {
    return SMALL;
  }

  @Get('huge')
  huge(): ReplyBytes {
    return HUGE;
  }

  @Get('list')
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): unknown {
    return query;
  }

  @Get('named/:version')
  named(
    @Param('version', { schema: z.string().min(3) }) version: string,
    @Req() request: NonNullable<Parameters<typeof originalPathOf>[0]> & { get(name: string): string },
  ): unknown {
    return { version, original: originalPathOf(request), agent: request.get('user-agent') };
  }

  @Post('echo')
  echo(@Body({ schema: z.object({ a: z.number() }) }) body: { a: number }): unknown {
    return body;
  }
}

@Module({ controllers: [ThrowAwayController] })
class ThrowAwayModule {}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let app: NestExpressApplication;
let origin: string;

function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(`${origin}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

beforeAll(async () => {
  const adapter = new RegistryAdapter();
  app = await NestFactory.create<NestExpressApplication>(ThrowAwayModule, adapter, { logger: false });
  configureHttp(app, { corsOrigins: ['https://one.example', 'https://two.example'], maxBodySize: 1000 });
  adapter.usePathRewriter((path) => path.replace(/^\/twice\/twice\//, '/named/'));
  adapter.useBeforeExpress((request, response) => {
    if (request.url?.startsWith('/early') !== true) return false;
    const scope = /by-caller|private/.exec(request.url)?.[0];
    if (scope !== undefined) restrictReply(request, scope === 'private' ? scope : 'by-caller');
    writeReply(request, response, PAGE);
    return true;
  });
  await app.init();
  origin = await listenOn(app.getHttpServer(), { kind: 'tcp', host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

describe('replies', () => {
  it('sends bytes of a handler with length, tag and caching', async () => {
    const { status, headers, body } = await ask('/page');

    expect(status).toBe(200);
    expect(body.equals(PAGE.body)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(PAGE.body.length),
      etag: PAGE.etag,
      'cache-control': 'no-cache',
      vary: 'Origin, Accept-Encoding',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ])('compresses with %s, tagged by itself', async (coding, open) => {
    const { headers, body } = await ask('/page', { 'accept-encoding': coding });

    expect(headers['content-encoding']).toBe(coding);
    expect(headers['content-length']).toBe(String(body.length));
    expect(open(body).equals(PAGE.body)).toBe(true);
    expect(headers.etag).not.toBe(PAGE.etag);
    const again = await ask('/page', { 'accept-encoding': coding, 'if-none-match': String(headers.etag) });
    expect(again.status).toBe(304);
  });

  it('compresses a huge body without holding up the program', async () => {
    const { headers, body } = await ask('/huge', { 'accept-encoding': 'gzip' });

    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).equals(HUGE.body)).toBe(true);
  });

  it('answers 304 with what caches need and no body', async () => {
    const { status, headers, body } = await ask('/page', { 'if-none-match': `"x", W/${PAGE.etag}` });

    expect([status, body.length]).toEqual([304, 0]);
    expect(headers).toMatchObject({
      etag: PAGE.etag,
      'cache-control': 'no-cache',
      vary: 'Origin, Accept-Encoding',
    });
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('content-type');
  });

  it('answers HEAD with the headers of GET', async () => {
    const get = await ask('/page');
    const head = await ask('/page', {}, 'HEAD');

    expect(head.body).toHaveLength(0);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect(head.headers.etag).toBe(get.headers.etag);
  });

  it('leaves small bodies as they are', async () => {
    const { headers } = await ask('/small', { 'accept-encoding': 'br' });

    expect(headers).toMatchObject({ 'cache-control': 'private, no-cache', link: '</next>; rel="next"' });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers['vary']).toBe('Origin');
  });

  it.each([
    ['private', 'private, no-cache', 'Origin, Accept-Encoding, Authorization'],
    ['by-caller', 'no-cache', 'Origin, Accept-Encoding, Authorization'],
    ['public', 'no-cache', 'Origin, Accept-Encoding'],
  ])('says how far one that is %s may be shared', async (scope, caching, vary) => {
    const { headers } = await ask(`/early/${scope}`);

    expect(headers).toMatchObject({ 'cache-control': caching, vary });
  });

  it('sends the same before Express as through Nest', async () => {
    const fixed = { 'x-request-id': 'same', 'accept-encoding': 'br' };
    const early = await ask('/early', fixed);
    const late = await ask('/page', fixed);

    expect({ ...early.headers, date: '' }).toEqual({ ...late.headers, date: '' });
    expect(early.body.equals(late.body)).toBe(true);
  });
});

describe('the adapter', () => {
  it('gives handlers requests of Express, with rewritten paths', async () => {
    const { body } = await ask('/twice/twice/1.0?x=/twice', { 'user-agent': 'spec' });

    expect(JSON.parse(body.toString())).toEqual({
      version: '1.0',
      original: '/twice/twice/1.0',
      agent: 'spec',
    });
  });

  it('serves a trailing slash without redirect', async () => {
    expect((await ask('/page/')).status).toBe(200);
  });

  it('keeps prototypes of requests as they were made', async () => {
    const adapter = app.getHttpAdapter() as unknown as RegistryAdapter;
    const prototypes: unknown[] = [];
    adapter.useBeforeExpress((request, response) => {
      if (request.url !== '/small') return false;
      prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
      response.once('finish', () =>
        prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response)),
      );
      return false;
    });

    await ask('/small');

    expect(prototypes).toHaveLength(4);
    expect(prototypes[2]).toBe(prototypes[0]);
    expect(prototypes[3]).toBe(prototypes[1]);
  });
});

describe('validation', () => {
  it('ignores unknown keys and applies what the schema changes', async () => {
    const { body } = await ask('/list?limit=7&unknown=1&search=a%20b');
    expect(JSON.parse(body.toString())).toEqual({ limit: 7, search: 'a b' });
    expect(JSON.parse((await ask('/list')).body.toString())).toEqual({ limit: 30 });
  });

  it.each([
    ['GET', '/list?limit=x&search=a&search=b', undefined, ['query.limit', 'query.search']],
    ['GET', '/named/1', undefined, ['path.version']],
    ['POST', '/echo', '{"a":"b"}', ['body/a']],
    ['POST', '/echo', '[1]', ['body']],
  ])('locates the problems of %s %s', async (method, path, sent, locations) => {
    const { status, body } = await ask(path, { 'content-type': 'application/json' }, method, sent);
    const problem = JSON.parse(body.toString()) as { errors: { location: string }[] };

    expect(status).toBe(400);
    expect(problem.errors.map(({ location }) => location)).toEqual(locations);
  });
});

describe('common headers', () => {
  it('echo a configured origin and no other', async () => {
    const known = await ask('/page', { origin: 'https://two.example' });
    const foreign = await ask('/page', { origin: 'https://evil.example' });

    expect(known.headers['access-control-allow-origin']).toBe('https://two.example');
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
    expect(foreign.headers.vary).toContain('Origin');
  });
});
