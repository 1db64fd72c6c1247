import { describe, expect, it } from 'vitest';
import { authorizationFor, mayShareCredentials, tokenHeader, withoutUserInfo } from './git-auth.js';

describe('tokenHeader', () => {
  it.each([
    ['github.com', 'x-access-token:T'],
    ['github.example.com', 'x-access-token:T'],
    ['acme.ghe.com', 'x-access-token:T'],
    ['gitlab.com', 'oauth2:T'],
    ['gitlab.example.com', 'oauth2:T'],
    ['bitbucket.org', 'x-token-auth:T'],
    ['dev.azure.com', ':T'],
    ['acme.visualstudio.com', ':T'],
    ['gitea.example.com', 'T:x-oauth-basic'],
    ['codeberg.org', 'T:x-oauth-basic'],
  ])('is what %s wants', (host, credentials) => {
    expect(tokenHeader('T', host)).toBe(`Basic ${Buffer.from(credentials).toString('base64')}`);
  });

  it.each(['git.example.com', 'notgithub.com', 'mygitlab.example.com'])(
    'is a bearer token for %s',
    (host) => {
      expect(tokenHeader('T', host)).toBe('Bearer T');
    },
  );

  it('follows a configured user name before any habit', () => {
    expect(tokenHeader('T', 'github.com', 'me')).toBe(`Basic ${Buffer.from('me:T').toString('base64')}`);
  });
});

describe('mayShareCredentials', () => {
  it.each([
    ['https://a.example/x', 'https://a.example/y', true],
    ['http://a.example/x', 'https://a.example/x', true],
    ['https://a.example/x', 'http://a.example/x', false],
    ['https://a.example/x', 'https://b.example/x', false],
    ['https://a.example/x', 'https://sub.a.example/x', false],
    ['https://a.example/x', 'https://a.example:8443/x', false],
    ['http://a.example:8080/x', 'https://a.example/x', false],
  ])('from %s to %s: %s', (own, other, expected) => {
    expect(mayShareCredentials(new URL(own), new URL(other))).toBe(expected);
  });
});

it('user info in the address is used, decoded, and taken out', async () => {
  const url = new URL('https://me:p%40ss@a.example/r.git');

  expect(await authorizationFor(undefined, url)).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  expect(withoutUserInfo(url).href).toBe('https://a.example/r.git');
});

it('a key for ssh is refused for an https address', async () => {
  const wanted = authorizationFor({ sshKeyFile: '/k' }, new URL('https://a.example/r.git'));

  await expect(wanted).rejects.toMatchObject({ code: 'invalid-configuration' });
});
