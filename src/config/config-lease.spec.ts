import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.loader.js';

const LEASE = { THV_REGISTRY_FILESTORAGE_LEASE: 'store' };
const PREFIX = { THV_REGISTRY_LEADER_ELECTION_ID: 'team' };
const DATABASE = {
  THV_REGISTRY_DATABASE_HOST: 'db',
  THV_REGISTRY_DATABASE_PORT: '5432',
  THV_REGISTRY_DATABASE_USER: 'app',
  THV_REGISTRY_DATABASE_DATABASE: 'registry',
};

async function leaseOf(env: Readonly<Record<string, string>>): Promise<unknown> {
  const { config, warnings } = await loadConfig({ env });
  return { lease: config.fileStorage.lease, warnings: warnings.map(({ message }) => message) };
}

describe('the lease of a shared store', () => {
  it.each([
    ['as it is', LEASE, 'store'],
    ['behind the identity of leader elections', { ...LEASE, ...PREFIX }, 'team-store'],
    ['not by that identity alone', PREFIX, undefined],
  ])('is named %s', async (_how, env, lease) => {
    expect(await leaseOf(env)).toEqual({ lease, warnings: [] });
  });

  it('is not used beside a database, which a warning says', async () => {
    expect(await leaseOf({ ...LEASE, ...DATABASE })).toEqual({
      lease: 'store',
      warnings: ['is not used: with a database there is no embedded store'],
    });
  });

  it('is refused when no Lease can have that name', async () => {
    await expect(loadConfig({ env: { THV_REGISTRY_FILESTORAGE_LEASE: 'My_Store' } })).rejects.toThrow(
      /THV_REGISTRY_FILESTORAGE_LEASE.*must be a name/,
    );
  });
});
