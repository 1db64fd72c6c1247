import { describe, expect, it } from 'vitest';
import { fillPlaceholders, isLocalHost, parseAbsoluteUri, placeholders } from './official-urls.js';

describe('parseAbsoluteUri', () => {
  it.each([
    ['https://e.com/x', 'https', 'e.com'],
    ['HTTPS://User:pw@E.com:8080/x?q=%zz#f', 'https', 'e.com'],
    ['https://e.com/a b"', 'https', 'e.com'],
    ['https://[::1]:80/mcp', 'https', '::1'],
    ['https://e.com:/', 'https', 'e.com'],
    ['file:///etc', 'file', ''],
    ['javascript:alert(1)', 'javascript', ''],
    ['data:image/png;base64,AA%', 'data', ''],
    ['urn:a', 'urn', ''],
  ])('reads %j', (text, scheme, host) => {
    expect(parseAbsoluteUri(text)).toEqual({ scheme, host });
  });

  it.each([
    '',
    'e.com',
    '/x',
    '//e.com',
    '1http://e.com',
    'git@github.com:a/b.git',
    'https://e.com/%zz',
    'https://e.com/#%z',
    'https://e com/',
    'https://e.com:port/',
    'https://{host}/',
    'https://[::1/',
    'https://e.com/\n',
  ])('refuses %j', (text) => {
    expect(parseAbsoluteUri(text)).toBeUndefined();
  });
});

describe('placeholders', () => {
  it('names each one once', () => {
    expect(placeholders('http://{host}:{--port}/{host}/{}')).toEqual(['host', '--port']);
  });

  it('are filled so that host, port and path stay readable', () => {
    const filled = fillPlaceholders('http://{host}.e.com:{--port}/{path}');

    expect(parseAbsoluteUri(filled)).toEqual({ scheme: 'http', host: '8.e.com' });
  });
});

describe('isLocalHost', () => {
  it.each([
    ['localhost', true],
    ['a.localhost', true],
    ['127.0.0.1', true],
    ['notlocalhost', false],
    ['localhost.e.com', false],
    ['10.0.0.1', false],
    ['::1', false],
  ])('%j is %s', (host, local) => {
    expect(isLocalHost(host)).toBe(local);
  });
});
