import { copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { boundedFetch, type BoundedRequest } from '../../src/common/bounded-fetch.js';
import { TestAuthority } from '../support/certificates.js';
import { HttpProxy } from '../support/http-proxy.js';
import { replies, UpstreamHttp } from '../support/upstream-http.js';

let authority: TestAuthority;
let stranger: TestAuthority;
let upstream: UpstreamHttp;
let plain: UpstreamHttp;

beforeAll(async () => {
  authority = new TestAuthority();
  stranger = new TestAuthority();
  upstream = await UpstreamHttp.start(authority.sign());
  plain = await UpstreamHttp.start();
  for (const server of [upstream, plain]) server.on('/a', replies(200, 'trusted'));
});

afterAll(async () => {
  await Promise.all([upstream.close(), plain.close()]);
  authority.remove();
  stranger.remove();
});

function textOf(url: string, changes: Partial<BoundedRequest> = {}): Promise<string> {
  const signal = new AbortController().signal;
  return boundedFetch({ url, signal, timeoutMs: 10_000, maxBytes: 1000, ...changes }).then((response) =>
    response.text(),
  );
}

describe('a certificate', () => {
  it('of an unknown authority is not trusted, and the message says what to set', async () => {
    await expect(textOf(upstream.url('/a'))).rejects.toMatchObject({
      code: 'upstream-untrusted',
      message: expect.stringContaining('set caCertPath'),
    });
  });

  it('of a configured authority is trusted, at once and in later requests', async () => {
    const { caCertPath } = authority;

    expect(await textOf(upstream.url('/a'), { caCertPath })).toBe('trusted');
    expect(await textOf(upstream.url('/a', 'localhost'), { caCertPath })).toBe('trusted');
    await expect(textOf(upstream.url('/a'), { caCertPath: stranger.caCertPath })).rejects.toMatchObject({
      code: 'upstream-untrusted',
    });
  });

  it('for another name is not trusted', async () => {
    const other = await UpstreamHttp.start(authority.sign('DNS:example.com'));
    try {
      await expect(textOf(other.url('/a'), { caCertPath: authority.caCertPath })).rejects.toMatchObject({
        code: 'upstream-untrusted',
        message: expect.stringContaining('another host name'),
      });
    } finally {
      await other.close();
    }
  });

  it('is judged by the file as it is now', async () => {
    const caCertPath = join(dirname(authority.caCertPath), 'rotated.pem');
    await copyFile(stranger.caCertPath, caCertPath);
    await expect(textOf(upstream.url('/a'), { caCertPath })).rejects.toMatchObject({
      code: 'upstream-untrusted',
    });

    await copyFile(authority.caCertPath, caCertPath);

    expect(await textOf(upstream.url('/a'), { caCertPath })).toBe('trusted');
  });

  it('file that is none names the key and the path', async () => {
    const directory = dirname(authority.caCertPath);
    await writeFile(join(directory, 'text'), 'secret text');
    await writeFile(
      join(directory, 'broken'),
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    );

    for (const caCertPath of ['missing', 'text', 'broken', '.'].map((name) => join(directory, name))) {
      await expect(textOf(upstream.url('/a'), { caCertPath })).rejects.toMatchObject({
        code: 'invalid-configuration',
        message: expect.stringMatching(new RegExp(`^caCertPath: (?!.*secret).*${directory}`)),
      });
    }
  });

  it('is missed by name when the server speaks no TLS', async () => {
    const url = plain.url('/a').replace('http:', 'https:');

    await expect(textOf(url)).rejects.toMatchObject({ code: 'upstream-failed' });
  });
});

describe('a proxy from the environment', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Options read the environment when their connections are first made, so each call takes options of its own. */
  async function freshTrust(name: string): Promise<string> {
    const caCertPath = join(dirname(authority.caCertPath), name);
    await copyFile(authority.caCertPath, caCertPath);
    await writeFile(caCertPath, `\n# ${name}\n`, { flag: 'a' });
    return caCertPath;
  }

  async function withProxy(use: (proxy: HttpProxy) => Promise<void>, userInfo = ''): Promise<void> {
    const proxy = await HttpProxy.start();
    vi.stubEnv('HTTPS_PROXY', proxy.url(userInfo));
    vi.stubEnv('HTTP_PROXY', proxy.url(userInfo));
    try {
      await use(proxy);
    } finally {
      await proxy.close();
    }
  }

  it('opens a tunnel for https and forwards http, with its own credentials', async () => {
    await withProxy(async (proxy) => {
      const caCertPath = await freshTrust('tunnel');

      expect(await textOf(upstream.url('/a'), { caCertPath })).toBe('trusted');
      expect(await textOf(plain.url('/a'), { caCertPath })).toBe('trusted');

      expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${upstream.port}`, `GET ${plain.url('/a')}`]);
      expect(proxy.credentials).toEqual(Array(2).fill(`Basic ${btoa('me:pass')}`));
      expect(upstream.received.at(-1)?.headers['proxy-authorization']).toBeUndefined();
    }, 'me:pass');
  });

  it('is left out for NO_PROXY', async () => {
    await withProxy(async (proxy) => {
      vi.stubEnv('NO_PROXY', '127.0.0.1,example.com');

      expect(await textOf(upstream.url('/a'), { caCertPath: await freshTrust('direct') })).toBe('trusted');

      expect(proxy.requests).toEqual([]);
    });
  });

  it('that refuses or is down is named as the reason, without its credentials', async () => {
    await withProxy(async (proxy) => {
      const caCertPath = await freshTrust('refused');
      proxy.refusal = 403;
      await expect(textOf(upstream.url('/a'), { caCertPath })).rejects.toMatchObject({
        code: 'upstream-failed',
        message: expect.stringContaining('proxy answered 403'),
      });

      await proxy.close();
      const error: Error = await textOf(upstream.url('/a'), { caCertPath }).then(
        () => new Error('succeeded'),
        (failure) => failure,
      );
      expect(error).toMatchObject({ code: 'upstream-refused' });
      expect(error.message).not.toContain('hidden');
    }, 'me:hidden');
  });

  it('is no way to a written private address', async () => {
    await withProxy(async (proxy) => {
      const caCertPath = await freshTrust('private');

      await expect(textOf(plain.url('/a'), { caCertPath, allowPrivate: false })).rejects.toMatchObject({
        code: 'address-forbidden',
      });

      expect(proxy.requests).toEqual([]);
    });
  });
});
