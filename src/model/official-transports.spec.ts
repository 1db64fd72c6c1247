import { describe, expect, it } from 'vitest';
import { DocumentPart } from './official-finding.js';
import { checkRemote } from './official-transports.js';

describe('remotes', () => {
  it.each([
    ['https://e.com/mcp', []],
    ['https://10.0.0.1/mcp', []],
    ['https://[::1]/mcp', []],
    ['https://{tenant}.e.com/mcp', []],
    ['https://localhost.e.com/mcp', []],
    ['http://e.com/mcp', ['error invalid-remote-url']],
    ['https://localhost/mcp', ['error invalid-remote-url']],
    ['https://LocalHost:8080/mcp', ['error invalid-remote-url']],
    ['https://a.localhost/mcp', ['error invalid-remote-url']],
    ['https://user@127.0.0.1/mcp', ['error invalid-remote-url']],
    ['https:///mcp', ['error invalid-remote-url']],
    ['/mcp', ['error invalid-remote-url']],
    ['https://e.com/a b', ['error schema']],
    ['http://e.com/a b', ['error invalid-remote-url', 'error schema']],
    ['https://{other}.e.com/', ['error invalid-templated-url']],
    ['{tenant}/mcp', ['warning draft-templated-url']],
    ['{other}/mcp', ['error invalid-templated-url', 'warning draft-templated-url']],
  ])('judges %j', (url, expected) => {
    const remote = new DocumentPart(
      { type: 'streamable-http', url, variables: { tenant: {} } },
      '/remotes/0',
    );

    const found = [...checkRemote(remote, '2025-12-11')];

    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
    expect(found.every(({ pointer }) => pointer === '/remotes/0/url')).toBe(true);
  });

  it('takes no variable that is merely inherited', () => {
    const remote = new DocumentPart({ type: 'sse', url: 'https://e.com/{toString}', variables: {} });

    expect([...checkRemote(remote, '2025-12-11')]).toMatchObject([{ code: 'invalid-templated-url' }]);
  });

  it.each([
    [{ type: 'sse' }, ['remote-transport-url-required /url']],
    [{ type: 'sse', url: '' }, ['remote-transport-url-required /url']],
    [{ type: 'stdio' }, ['unsupported-remote-transport-type /type']],
    [
      { type: 'http', url: 'http://e.com' },
      ['unsupported-remote-transport-type /type', 'invalid-remote-url /url'],
    ],
  ])('judges %j', (remote, expected) => {
    const found = [...checkRemote(new DocumentPart(remote), '2025-12-11')];

    expect(found.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(expected);
  });
});
