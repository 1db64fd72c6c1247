import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { requestOrigin, TrustedProxies } from './request-origin.js';

const proxies = new TrustedProxies(['10.0.0.0/8', '::1', '192.0.2.7']);

function origin(headers: object, remoteAddress = '10.1.2.3'): string {
  return requestOrigin({ headers, socket: { remoteAddress } } as unknown as IncomingMessage, proxies);
}

describe('TrustedProxies', () => {
  it.each([
    ['10.255.0.1', true],
    ['::ffff:10.0.0.1', true],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['::1', true],
    ['::2', false],
    [undefined, false],
  ])('has %s: %s', (address, expected) => {
    expect(proxies.has(address)).toBe(expected);
  });

  it.each(['proxy.example.com', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', ''])(
    'refuses %s',
    (entry) => {
      expect(() => new TrustedProxies([entry])).toThrow('trustedProxies');
    },
  );
});

describe('requestOrigin', () => {
  const forwarded = { 'x-forwarded-host': 'Tools.example.com, inner', 'x-forwarded-proto': 'https' };

  it('believes proxies that are trusted, and nobody else', () => {
    expect(origin({ host: 'inner:8080', ...forwarded })).toBe('https://tools.example.com');
    expect(origin({ host: 'inner:8080', ...forwarded }, '203.0.113.1')).toBe('http://inner:8080');
  });

  it.each(['a b', 'a"b', 'a/b', 'a@b', 'a:b', '[::1', '-a', 'a\r\nb', ''])(
    'does not repeat the host %j',
    (host) => {
      expect(origin({ host })).toBe('http://localhost');
      expect(origin({ host: 'inner', 'x-forwarded-host': host, 'x-forwarded-proto': 'gopher' })).toBe(
        'http://inner',
      );
    },
  );

  it.each(['[::1]:80', 'a.example.com:8443', '127.0.0.1'])('repeats %s', (host) => {
    expect(origin({ host })).toBe(`http://${host}`);
  });
});
