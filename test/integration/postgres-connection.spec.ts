import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DatabaseConfig } from '../../src/config/registry-config.js';
import { postgresConnection } from '../../src/database/postgres-connection.js';
import { postgresProblem } from '../../src/database/postgres-problem.js';
import { TestAuthority } from '../support/certificates.js';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../support/postgresql.js';
import { databaseConfig } from '../support/primed-database.js';

type Mode = DatabaseConfig['sslMode'];
const UNTRUSTED = /not from a trusted authority \(\w+\): /;
const OTHER_NAME = /^The certificate of the database is not for 127\.0\.0\.1: check database\.host/;

describe.skipIf(!hasPostgresql)('a connection to PostgreSQL', () => {
  const authority = new TestAuthority();
  const stranger = new TestAuthority();
  const right = authority.caCertPath;
  const wrong = stranger.caCertPath;
  let cluster: PostgresqlCluster;
  let plain: PostgresqlCluster;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'connection-'));
    const { key, cert } = authority.sign('DNS:localhost');
    const pem = (path: string) => `${path} = '${path.replace('ssl_', '').replace('_file', '')}.pem'`;
    cluster = await PostgresqlCluster.create({
      settings: ['ssl = on', pem('ssl_key_file'), pem('ssl_cert_file'), pem('ssl_ca_file')],
      files: { 'key.pem': key, 'cert.pem': cert, 'ca.pem': authority.caCert },
      access: [
        'hostssl all upstream 127.0.0.1/32 cert',
        'host all upstream 127.0.0.1/32 reject',
        'host all all 127.0.0.1/32 scram-sha-256',
        'local all all scram-sha-256',
      ],
    });
    await cluster.query('CREATE ROLE upstream LOGIN');
    plain = await PostgresqlCluster.create();
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => {
    authority.remove();
    stranger.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  function configOf(change: Partial<DatabaseConfig>, { port } = cluster): DatabaseConfig {
    const login = { user: SUPERUSER, password: SUPERUSER };
    return { ...databaseConfig({ port }, 'postgres'), ...login, ...change };
  }

  /** Whether the server sees an encrypted connection. Fails as the server would explain it. */
  async function isEncrypted(config: DatabaseConfig): Promise<boolean> {
    const client = new Client(postgresConnection(config, 'runtime'));
    try {
      await client.connect();
      const { rows } = await client.query<{ ssl: boolean }>(
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      return rows[0]?.ssl === true;
    } catch (error) {
      throw postgresProblem(error, config, 'runtime');
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  it.each<[Mode, string, string | undefined, boolean]>([
    ['disable', 'localhost', undefined, false],
    ['prefer', '127.0.0.1', undefined, true],
    ['prefer', '127.0.0.1', wrong, false],
    ['require', '127.0.0.1', undefined, true],
    ['require', '127.0.0.1', right, true],
    ['verify-ca', '127.0.0.1', right, true],
    ['verify-full', 'localhost', right, true],
  ])('is made with %s to %s', async (sslMode, host, sslRootCert, encrypted) => {
    const trust = sslRootCert === undefined ? {} : { sslRootCert };
    expect(await isEncrypted(configOf({ sslMode, host, ...trust }))).toBe(encrypted);
  });

  it.each<[Mode, string, string | undefined, RegExp]>([
    ['require', 'localhost', wrong, UNTRUSTED],
    ['verify-ca', 'localhost', wrong, UNTRUSTED],
    ['verify-ca', 'localhost', undefined, UNTRUSTED],
    ['verify-full', 'localhost', wrong, UNTRUSTED],
    ['verify-full', 'localhost', undefined, UNTRUSTED],
    ['verify-full', '127.0.0.1', right, OTHER_NAME],
  ])('is refused with %s to %s', async (sslMode, host, sslRootCert, reason) => {
    const trust = sslRootCert === undefined ? {} : { sslRootCert };
    await expect(isEncrypted(configOf({ sslMode, host, ...trust }))).rejects.toThrow(reason);
  });

  it.each<Mode>(['require', 'verify-ca', 'verify-full'])(
    'is refused with %s where the server does not encrypt',
    async (sslMode) => {
      await expect(isEncrypted(configOf({ sslMode }, plain))).rejects.toThrow(/does not encrypt/);
    },
  );

  it('is plain with prefer where the server does not encrypt', async () => {
    expect(await isEncrypted(configOf({ sslMode: 'prefer' }, plain))).toBe(false);
  });

  it('shows a client certificate, which is read again for each connection', async () => {
    const [sslCert, sslKey] = [join(directory, 'client.pem'), join(directory, 'client.key')];
    const own = stranger.sign();
    writeFileSync(sslCert, own.cert);
    writeFileSync(sslKey, own.key);
    const config = configOf({ sslMode: 'require', user: 'upstream', sslCert, sslKey });
    await expect(isEncrypted(config)).rejects.toThrow(/certificate|authority|encrypted|closed/);
    const { cert, key } = authority.sign();
    writeFileSync(sslCert, cert);
    writeFileSync(sslKey, key);
    expect(await isEncrypted(config)).toBe(true);
  });

  it('goes through a Unix socket', async () => {
    expect(await isEncrypted(configOf({ host: cluster.socketDirectory, sslMode: 'require' }))).toBe(false);
  });

  it('reads a rotated password file for each connection, and trims it', async () => {
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, 'old\n');
    const config = configOf({ passwordFile, password: SUPERUSER });
    await expect(isEncrypted(config)).rejects.toThrow(/^The database refuses user postgres/);
    writeFileSync(passwordFile, `  ${SUPERUSER}\n`);
    expect(await isEncrypted(config)).toBe(false);
  });

  it('takes the password from the password file of PostgreSQL, unless others may read that', async () => {
    const path = join(directory, 'pgpass');
    writeFileSync(path, `127.0.0.1:${cluster.port}:*:${SUPERUSER}:${SUPERUSER}\n`, { mode: 0o600 });
    vi.stubEnv('PGPASSFILE', path);
    const { password: _password, ...config } = configOf({});
    expect(await isEncrypted(config)).toBe(false);
    chmodSync(path, 0o644);
    await expect(isEncrypted(config)).rejects.toThrow(`chmod 600 ${path}`);
  });
});
