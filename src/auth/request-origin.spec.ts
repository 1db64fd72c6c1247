import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress, requestOrigin, TrustedProxies } from './request-origin.js';

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

describe('clientAddress', () => {
  const from = (forwarded: string | undefined, remoteAddress: string | undefined = '10.1.2.3') =>
    clientAddress(
      { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } } as unknown as IncomingMessage,
      proxies,
    );

  it('is that of the connection, whatever it says of others', () => {
    expect(from('192.0.2.1', '203.0.113.1')).toBe('203.0.113.1');
    expect(from('192.0.2.1', '::ffff:203.0.113.1')).toBe('203.0.113.1');
    expect(clientAddress({ headers: {}, socket: {} } as unknown as IncomingMessage, proxies)).toBe('');
  });

  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['198.51.100.9, 203.0.113.1', '203.0.113.1'],
    ['198.51.100.9, 203.0.113.1, 10.9.9.9, 192.0.2.7', '203.0.113.1'],
    ['203.0.113.1:4711', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    // What nobody can read hides what stands before it: the caller may have written that.
    ['203.0.113.1, unknown', 'unknown'],
    ['203.0.113.1, ::ffff:10.0.0.1', '203.0.113.1'],
    // Proxies alone: the farthest of them.
    ['10.0.0.1, 10.0.0.2', '10.0.0.1'],
    [' , ,', '10.1.2.3'],
    [undefined, '10.1.2.3'],
  ])('is what trusted proxies say, the nearest first: %s', (forwarded, expected) => {
    expect(from(forwarded)).toBe(expected);
  });
});
