import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundedFetch, type BoundedRequest } from '../../src/common/bounded-fetch.js';
import { TestAuthority } from '../support/certificates.js';
import { redirects, replies, UpstreamHttp } from '../support/upstream-http.js';

let upstream: UpstreamHttp;
let elsewhere: UpstreamHttp;

beforeEach(async () => {
  upstream = await UpstreamHttp.start();
  elsewhere = await UpstreamHttp.start();
});

afterEach(() => Promise.all([upstream.close(), elsewhere.close()]));

function textOf(url: string, changes: Partial<BoundedRequest> = {}): Promise<string> {
  const signal = new AbortController().signal;
  return boundedFetch({ url, signal, timeoutMs: 10_000, maxBytes: 1000, ...changes }).then((response) =>
    response.text(),
  );
}

const CREDENTIALS = { Authorization: 'Bearer t', Cookie: 'c=1', 'X-Api-Key': 'k', 'If-None-Match': '"a"' };

describe('a redirect', () => {
  it('is followed, relative to where it came from', async () => {
    upstream.on('/deep/end', replies(200, 'here'));
    const url = upstream.on('/deep/start', redirects('end'));

    expect(await textOf(url)).toBe('here');
  });

  it('keeps all headers on the same origin', async () => {
    upstream.on('/b', replies(200));

    await textOf(upstream.on('/a', redirects('/b')), { headers: CREDENTIALS });

    expect(upstream.received[1]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-api-key': 'k' });
  });

  it('takes no credentials to another origin, nor back again', async () => {
    upstream.on('/c', replies(200, 'end'));
    elsewhere.on('/b', redirects(upstream.url('/c')));
    const url = upstream.on('/a', redirects(elsewhere.url('/b')));

    expect(await textOf(url.replace('//', '//user:password@'), { headers: CREDENTIALS })).toBe('end');

    expect(upstream.received[0]?.headers).toMatchObject({ cookie: 'c=1' });
    for (const { headers } of [...elsewhere.received, ...upstream.received.slice(1)]) {
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']));
      expect(headers).not.toMatchObject({ cookie: 'c=1' });
      expect(headers['x-api-key']).toBeUndefined();
      expect(headers['if-none-match']).toBe('"a"');
    }
  });

  it('of user info in an address sends it as a header, once', async () => {
    const url = upstream.on('/a', redirects(elsewhere.url('/b').replace('//', '//evil:evil@')));
    elsewhere.on('/b', replies(200));

    await textOf(url.replace('//', '//us%40er:pa%3Ass@'));

    expect(upstream.received[0]?.headers.authorization).toBe(`Basic ${btoa('us@er:pa:ss')}`);
    expect(elsewhere.received[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'sent'],
    [308, 'POST', 'POST', 'sent'],
  ])('with %i makes %s a %s', async (status, method, then, body) => {
    upstream.on('/b', replies(200));

    await textOf(upstream.on('/a', redirects('/b', status)), { method, body: 'sent' });

    expect(upstream.received[1]).toMatchObject({ method: then, body: Buffer.from(body) });
  });

  it('does not hand what was sent to another origin', async () => {
    const url = upstream.on('/a', redirects(elsewhere.url('/b'), 307));

    await expect(textOf(url, { method: 'POST', body: 'secret' })).rejects.toMatchObject({
      code: 'upstream-failed',
    });

    expect(elsewhere.received).toEqual([]);
  });

  it('is followed as often as allowed', async () => {
    upstream.on('/c', replies(200, 'end'));
    upstream.on('/b', redirects('/c'));
    const url = upstream.on('/a', redirects('/b'));

    expect(await textOf(url, { maxRedirects: 2 })).toBe('end');
    await expect(textOf(url, { maxRedirects: 1 })).rejects.toMatchObject({ code: 'upstream-failed' });
  });

  it('without an address is an answer', async () => {
    expect(await textOf(upstream.on('/a', replies(302, 'where?')))).toBe('where?');
  });

  it('goes from http to https and never back', async () => {
    const authority = new TestAuthority();
    const secure = await UpstreamHttp.start(authority.sign());
    try {
      const { caCertPath } = authority;
      secure.on('/down', redirects(upstream.on('/end', replies(200, 'end'))));
      secure.on('/end', replies(200, 'safe'));
      const up = upstream.on('/up', redirects(secure.url('/end')));

      expect(await textOf(up, { caCertPath })).toBe('safe');
      await expect(textOf(secure.url('/down'), { caCertPath })).rejects.toMatchObject({
        code: 'upstream-failed',
        message: expect.stringContaining('https to http'),
      });
    } finally {
      await secure.close();
      authority.remove();
    }
  });
});

describe('without private addresses', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    '%s is refused before anything is sent',
    async (host) => {
      upstream.on('/a', replies(200));

      await expect(textOf(upstream.url('/a', host), { allowPrivate: false })).rejects.toMatchObject({
        code: 'address-forbidden',
      });

      expect(upstream.connections).toBe(0);
    },
  );

  it('allows them again for another request', async () => {
    const url = upstream.on('/a', replies(200, 'inside'));
    await expect(textOf(url, { allowPrivate: false })).rejects.toMatchObject({ code: 'address-forbidden' });

    expect(await textOf(url)).toBe('inside');
    expect(await textOf(upstream.url('/a', 'localhost'))).toBe('inside');
  });
});
