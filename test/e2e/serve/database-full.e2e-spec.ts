import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { registryFile, serverJson } from '../../support/documents.js';
import { hasPostgresql, PostgresqlCluster, serverAccount, SUPERUSER } from '../../support/postgresql.js';
import { listed, RegistryServer } from '../../support/registry-server.js';

const place = mkdtempSync(join(tmpdir(), 'small-disk-'));
const canMount = mountSmallDisk();

/** A disk of its own that holds an empty database and little more; false where only others may mount one. */
function mountSmallDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=0700', 'tmpfs', place], { stdio: 'ignore' });
  } catch {
    return false;
  }
  const { uid, gid } = serverAccount();
  if (uid !== undefined && gid !== undefined) chownSync(place, uid, gid);
  return true;
}

afterAll(() => {
  if (canMount) execFileSync('umount', ['--lazy', place]);
  rmdirSync(place);
});

describe.skipIf(!hasPostgresql || !canMount)('a database whose disk is full', () => {
  it('fails the round, keeps what is served, and takes the data once there is room', async () => {
    const cluster = await PostgresqlCluster.create();
    await cluster.query(`CREATE TABLESPACE small LOCATION '${place}'`);
    await cluster.query('CREATE DATABASE registry TABLESPACE small');
    const registry = new RegistryServer();
    const account = { user: SUPERUSER, password: SUPERUSER, database: 'registry' };
    const write = (servers: readonly object[]) => {
      writeFileSync(join(registry.directory, 'new.json'), registryFile(servers));
      renameSync(join(registry.directory, 'new.json'), join(registry.directory, 'registry.json'));
    };
    await registry.start({
      config: (directory) => {
        const path = join(directory, 'registry.json');
        writeFileSync(path, registryFile([serverJson('a/small')]));
        const retry = { maxAttempts: 3, initialDelay: '200ms', maxDelay: '1s' };
        return {
          sources: [{ name: 'one', file: { path }, syncPolicy: { interval: '1h', retry } }],
          registries: [{ name: 'default', sources: ['one'] }],
          database: { host: '127.0.0.1', port: cluster.port, ...account, sslMode: 'disable' },
        };
      },
    });
    const status = async () =>
      (await registry.get('/v1/sources/one')).json<{ syncStatus: { phase: string; message?: string } }>()
        .syncStatus;

    const blob = () => ({ blob: randomBytes(400_000).toString('base64') });
    write(Array.from({ length: 60 }, (_, index) => serverJson(`a/large-${index}`, '1.0.0', blob())));
    await registry.until(async () => /disk|space|full/i.test((await status()).message ?? ''));
    expect(listed(await registry.list('/v0.1/servers'))).toEqual(['a/small@1.0.0']);

    execFileSync('mount', ['-o', 'remount,size=300m', place]);
    await registry.until(async () => listed(await registry.list('/v0.1/servers')).length === 30);

    expect((await status()).phase.toLowerCase()).toBe('complete');
    await registry.close();
    await cluster.remove();
  });
});
