import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../config/registry-config.js';
import { shownAddress, shownSettings } from './source-settings.js';

const COMMON = {
  name: 'one',
  syncPolicy: {
    intervalMs: 60_000,
    timeoutMs: 60_000,
    retry: { maxAttempts: 5, initialDelayMs: 1000, maxDelayMs: 1000 },
    allowMassRemoval: false,
  },
};
const SIZE = { maxSize: 1024 };

function shown(kind: Omit<SourceConfig, keyof typeof COMMON>): object {
  return shownSettings({ ...COMMON, ...kind } as SourceConfig);
}

describe('shownSettings', () => {
  it('of a git source names the kind of credentials, and no file that has them', () => {
    const git = {
      repository: 'https://ghp_token@example.com/org/repo.git',
      branch: 'main',
      path: 'registry.json',
      timeoutMs: 60_000,
      auth: { username: 'robot', passwordFile: '/run/secrets/password' },
      ...SIZE,
    };

    expect(shown({ kind: 'git', git } as never)).toEqual({
      repository: 'https://example.com/org/repo.git',
      branch: 'main',
      path: 'registry.json',
      auth: { username: 'robot', type: 'password' },
      timeout: '1m0s',
      maxSize: 1024,
    });
  });

  it('of another registry hides the values of headers, the token file and the client secret', () => {
    const api = {
      endpoint: 'https://registry.example.com',
      timeoutMs: 10_000,
      headers: { 'X-Api-Key': 'secret-value' },
      auth: {
        clientCredentials: {
          tokenUrl: 'https://login.example.com/token?tenant=secret',
          clientId: 'registry',
          clientSecretFile: '/run/secrets/client',
          scopes: ['read'],
        },
      },
      incremental: true,
      fullSyncIntervalMs: 86_400_000,
      ...SIZE,
    };

    expect(shown({ kind: 'api', api } as never)).toEqual({
      endpoint: 'https://registry.example.com/',
      timeout: '10s',
      auth: {
        type: 'clientCredentials',
        tokenUrl: 'https://login.example.com/token?***',
        clientId: 'registry',
        scopes: ['read'],
      },
      headers: { 'X-Api-Key': '***' },
      incremental: true,
      fullSyncInterval: '24h0m0s',
      maxSize: 1024,
    });
    expect(
      shown({ kind: 'api', api: { ...api, auth: { tokenFile: '/run/secrets/token' } } } as never),
    ).toMatchObject({ auth: { type: 'token' } });
  });

  it('of inline data tells how long it is', () => {
    const file = { data: '{"servers":[]}', timeoutMs: 30_000, ...SIZE };

    expect(shown({ kind: 'file', file } as never)).toEqual({ dataLength: 14, maxSize: 1024 });
  });

  it('shows no setting that nobody has decided about', () => {
    const file = { path: 'registry.json', timeoutMs: 1, ...SIZE, later: 'new' };

    expect(shown({ kind: 'file', file } as never)).toEqual({ path: 'registry.json', maxSize: 1024 });
  });
});

describe('shownAddress', () => {
  it.each([
    ['https://example.com/a.json', 'https://example.com/a.json'],
    ['https://user:word@example.com/a', 'https://example.com/a'],
    ['https://example.com/a?sig=secret#secret', 'https://example.com/a?***'],
    ['ssh://git:word@example.com/repo', 'ssh://git@example.com/repo'],
    ['git@example.com:org/repo.git', 'git@example.com:org/repo.git'],
    ['user:word@example.com:org/repo.git', '***@example.com:org/repo.git'],
  ])('%s is shown as %s', (address, text) => {
    expect(shownAddress(address)).toBe(text);
  });
});
