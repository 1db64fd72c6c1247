import 'reflect-metadata';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  Body,
  Controller,
  Get,
  HttpException,
  Logger,
  Module,
  Param,
  Post,
  Put,
  Res,
  type LoggerService,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/common/domain-error.js';
import { configureHttp } from '../../src/http/configure-http.js';
import { listenOn } from '../../src/http/listen.js';
import { RegistryAdapter } from '../../src/http/registry-adapter.js';

@Controller()
class FailingController {
  @Get('v0.1/servers/:name')
  one(@Param('name') name: string): never {
    throw new DomainError('not-found', `Server ${name} not found`);
  }

  @Put('v0.1/servers/:name')
  put(@Body() body: unknown): unknown {
    return body;
  }

  @Post('only-post')
  post(): string {
    return 'posted';
  }

  @Get('down')
  down(): never {
    throw new DomainError('registry-unavailable', 'No source has been read yet');
  }

  @Get('bug')
  bug(): never {
    throw new TypeError('password=hunter2');
  }

  @Get('teapot/:status')
  teapot(@Param('status') status: string): never {
    throw new HttpException('short and stout', Number(status));
  }

  @Get('half')
  half(@Res() response: ServerResponse): never {
    response.write('{"half":');
    throw new Error('too late');
  }
}

@Module({ controllers: [FailingController] })
class FailingModule {}

let app: NestExpressApplication;
let origin: string;
const logged: unknown[][] = [];
const logger: LoggerService = {
  log: () => undefined,
  warn: () => undefined,
  error: (...parts: unknown[]) => logged.push(parts),
};

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly error: string;
}

async function problemOf(response: Response): Promise<Problem> {
  const problem = (await response.json()) as Problem;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(problem.status).toBe(response.status);
  expect(problem.error).toBe(problem.detail);
  return problem;
}

beforeAll(async () => {
  const adapter = new RegistryAdapter();
  app = await NestFactory.create<NestExpressApplication>(FailingModule, adapter, { logger });
  configureHttp(app, { corsOrigins: ['*'], maxBodySize: 1000 });
  adapter.useBeforeExpress((request) => {
    if (request.url === '/early-bug') throw new Error('secret of the reader');
    return false;
  });
  await app.init();
  origin = await listenOn(app.getHttpServer(), { kind: 'tcp', host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await app.close();
  Logger.overrideLogger(['log', 'warn', 'error']);
});

beforeEach(() => {
  logged.length = 0;
});

describe('problems', () => {
  it('tell what a handler did not find, as JSON whatever the name', async () => {
    const response = await fetch(`${origin}/v0.1/servers/${encodeURIComponent('<b>a/b')}`);
    const problem = await problemOf(response);

    expect(response.status).toBe(404);
    expect(problem.detail).toBe('Server <b>a/b not found');
    expect(problem).toMatchObject({ instance: '/v0.1/servers/%3Cb%3Ea%2Fb' });
  });

  it('hint at the API on unknown routes', async () => {
    const response = await fetch(`${origin}/v1.0/${'x'.repeat(900)}`);
    const { detail } = await problemOf(response);

    expect(response.status).toBe(404);
    expect(detail).toContain('/v0.1/servers');
    expect(detail.length).toBeLessThanOrEqual(200);
  });

  it.each([
    ['DELETE', '/v0.1/servers/a', 'GET, HEAD, OPTIONS, PUT'],
    ['GET', '/only-post', 'OPTIONS, POST'],
    ['HEAD', '/only-post', 'OPTIONS, POST'],
    ['POST', '/bug/', 'GET, HEAD, OPTIONS'],
  ])('name the methods where %s %s is not allowed', async (method, path, allow) => {
    const response = await fetch(`${origin}${path}`, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it.each([
    [400, '/v0.1/servers/%zz', {}],
    [400, '/v0.1/servers/a', { method: 'PUT', body: '{"a":' }],
    [413, '/v0.1/servers/a', { method: 'PUT', body: JSON.stringify('x'.repeat(2000)) }],
    [
      415,
      '/v0.1/servers/a',
      { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json; charset=koi8-r' } },
    ],
    [418, '/teapot/418', {}],
  ])('answer %i to %s', async (status, path, init: RequestInit) => {
    const response = await fetch(`${origin}${path}`, {
      headers: { 'content-type': 'application/json' },
      ...init,
    });

    expect((await problemOf(response)).detail.length).toBeGreaterThan(5);
    expect(response.status).toBe(status);
    expect(logged).toEqual([]);
  });

  it('say when an unavailable registry may be asked again', async () => {
    const response = await fetch(`${origin}/down`);

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect((await problemOf(response)).detail).toBe('No source has been read yet');
  });

  it.each(['/bug', '/early-bug', '/teapot/500'])('keep faults of ours to the log: %s', async (path) => {
    const response = await fetch(`${origin}${path}`, { headers: { 'x-request-id': 'trace-7' } });
    const body = await response.text();

    expect(response.status).toBe(500);
    expect(body).toContain('Internal error; request trace-7');
    expect(body).not.toMatch(/hunter2|secret|stout/);
    expect(logged).toHaveLength(1);
    expect(String(logged[0]?.[0])).toMatch(/^Request trace-7 failed: /);
  });

  it('cut an answer that has begun', async () => {
    const response = await fetch(`${origin}/half`);
    await expect(response.text()).rejects.toThrow('terminated');
  });
});

describe('preflight', () => {
  it.each([
    ['GET', 'GET, OPTIONS'],
    ['DELETE', 'GET, OPTIONS, DELETE'],
    ['TRACE', 'GET, OPTIONS'],
  ])('is answered before routing: %s', async (method, allowed) => {
    const response = await fetch(`${origin}/nowhere`, {
      method: 'OPTIONS',
      headers: { origin: 'https://x.example', 'access-control-request-method': method },
    });

    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': allowed,
      'access-control-allow-headers': 'Authorization, Content-Type',
      'access-control-expose-headers': 'ETag, Link, Content-Length',
      'access-control-max-age': '86400',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(response.headers.get('vary')).toBeNull();
  });

  it('echoes header names and nothing else', async () => {
    const headers = { 'access-control-request-headers': 'x-custom , bad header,"q",, Authorization' };
    const response = await fetch(`${origin}/`, { method: 'OPTIONS', headers });
    expect(response.headers.get('access-control-allow-headers')).toBe('x-custom, Authorization');
  });
});

describe('request ids', () => {
  it('are echoed when sane, else made', async () => {
    const echoed = await fetch(`${origin}/`, { headers: { 'x-request-id': 'a.b:c_d-1' } });
    const made = await fetch(`${origin}/`, { headers: { 'x-request-id': 'a b' } });

    expect(echoed.headers.get('x-request-id')).toBe('a.b:c_d-1');
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('survive duplicates on the wire', async () => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1').setEncoding('utf8');
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\nX-Request-Id: b\r\nConnection: close\r\n\r\n',
    );
    let received = '';
    socket.on('data', (text: string) => (received += text));
    await once(socket, 'end');
    expect(received).toMatch(/X-Request-Id: [0-9a-f-]{36}\r\n/);
  });
});
