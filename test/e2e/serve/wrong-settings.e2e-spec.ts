import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority } from '../../support/certificates.js';
import { freePort, hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { APP, createOwnedDatabase, databaseBlock, MIGRATOR } from '../../support/primed-database.js';
import { runProgram } from '../../support/program.js';
import { inlineSource, RegistryServer } from '../../support/registry-server.js';

const DATA = { servers: [{ server: { name: 'com.example/one', description: 'd', version: '1.0.0' } }] };
const SECRET = 'wrong-and-secret';

/** A setting that is wrong, what is said of it, and how it becomes right while the server runs. */
interface Case {
  readonly what: string;
  readonly database?: string;
  readonly change: object;
  readonly line: RegExp;
  readonly repair?: () => Promise<unknown>;
}

describe.skipIf(!hasPostgresql)('a wrong setting of the database', () => {
  const authority = new TestAuthority();
  const stranger = new TestAuthority();
  let cluster: PostgresqlCluster;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'settings-'));
    const { key, cert } = authority.sign('DNS:localhost');
    cluster = await PostgresqlCluster.create({
      settings: ['ssl = on', `ssl_key_file = 'key.pem'`, `ssl_cert_file = 'cert.pem'`],
      files: { 'key.pem': key, 'cert.pem': cert },
    });
    await createOwnedDatabase(cluster, 'good');
    const good = writeConfig('good', {});
    await runProgram(['prime', '--config', good]);
    await runProgram(['migrate', 'up', '--yes', '--config', good]);
    await cluster.query('CREATE DATABASE newer TEMPLATE good');
    await cluster.query(`INSERT INTO migrations (timestamp, name) VALUES (9, 'Later9')`, [], 'newer');
    await cluster.query('CREATE DATABASE foreign_owner');
    await cluster.query(`CREATE ROLE changed LOGIN PASSWORD 'before' IN ROLE ${MIGRATOR}, ${APP}`);
  }, 90_000);

  afterAll(() => {
    authority.remove();
    stranger.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  function settings(database: string, change: object): object {
    const block = { ...databaseBlock(cluster, database), ...change };
    const registries = [{ name: 'default', sources: ['one'] }];
    return { sources: [inlineSource('one', DATA)], registries, database: block };
  }

  function writeConfig(database: string, change: object): string {
    const path = join(directory, 'config.json');
    writeFileSync(path, JSON.stringify(settings(database, change)));
    return path;
  }

  /** One user for both, whose password is another. */
  function both(user: string, password = user): object {
    return { user, password, migrationUser: user, migrationPassword: password };
  }

  const tls = (host: string, { caCertPath }: TestAuthority) => ({
    host,
    sslMode: 'verify-full',
    sslRootCert: caCertPath,
  });

  it.each<Case>([
    {
      what: 'host',
      change: { host: 'db.invalid' },
      line: /^The host of the database is not known \(db\.inv/,
    },
    {
      what: 'port',
      change: { port: 1 },
      line: /^No database listens at 127\.0\.0\.1:\d+: start it, or check/,
    },
    {
      what: 'password',
      change: both('changed', SECRET),
      line: /^The database refuses user changed: check database\./,
      repair: () => cluster.query(`ALTER ROLE changed PASSWORD '${SECRET}'`),
    },
    {
      what: 'authority',
      change: tls('localhost', stranger),
      line: /^The certificate of the database is not from a trusted authority \(\w+\): check \/.*ca\.pem$/,
    },
    {
      what: 'host name',
      change: tls('127.0.0.1', authority),
      line: /^The certificate of the database is not for 127\.0\.0\.1: check database\.host, or set sslMode/,
    },
    {
      what: 'missing database',
      database: 'absent',
      change: {},
      line: /^There is no database absent: create it, or check database\.database$/,
      repair: () => createOwnedDatabase(cluster, 'absent'),
    },
    {
      what: 'missing user',
      change: both('nobody_yet'),
      line: /^The database refuses user nobody_yet: check database\./,
      repair: () =>
        cluster.query(`CREATE ROLE nobody_yet LOGIN PASSWORD 'nobody_yet' IN ROLE ${MIGRATOR}, ${APP}`),
    },
    {
      what: 'missing right',
      database: 'foreign_owner',
      change: {},
      line: /^User db_migrator lacks rights \(.*\): make db_migrator the owner of the database, or set/,
      repair: () => cluster.query(`ALTER DATABASE foreign_owner OWNER TO ${MIGRATOR}`),
    },
    {
      what: 'newer schema',
      database: 'newer',
      change: {},
      line: /^The schema of the database is newer than this program, which does not know Later9: run the/,
      repair: () => cluster.query(`DELETE FROM migrations WHERE name = 'Later9'`, [], 'newer'),
    },
  ])(
    '($what) is one line at migrate and an unready serve, which goes on by itself once it is right',
    async ({ database = 'good', change: wrong, line, repair }) => {
      const change = 'port' in wrong ? { port: await freePort() } : wrong;
      const server = new RegistryServer();
      try {
        const migrate = ['migrate', 'up', '--yes', '--config', writeConfig(database, change)];
        const [{ code, stdout, stderr }] = await Promise.all([
          runProgram(migrate),
          server.start({ config: () => settings(database, change), isReady: false }),
        ]);
        expect([code, stdout, stderr.match(/\n/g)?.length]).toEqual([1, '', 1]);
        expect(stderr.replace(/^error: /, '').trimEnd()).toMatch(line);

        await server.until(async () => (await storeOf(server)).status === 'failed');
        expect((await storeOf(server)).detail).toMatch(line);
        expect([(await server.get('/health')).status, (await server.get('/readiness')).status]).toEqual([
          200, 503,
        ]);
        await repair?.();
        const isGood = async () => (await server.get('/readiness')).status === 200;
        if (repair !== undefined) await server.until(isGood);
        expect(await isGood()).toBe(repair !== undefined);
        expect(server.log().match(/"level":"error"/g)).toHaveLength(1);
        expect(server.log() + stderr).not.toMatch(/\n?\s+at .*:\d+:\d+|\\n +at |wrong-and-secret/);
      } finally {
        await server.close();
      }
    },
    60_000,
  );
});

async function storeOf(server: RegistryServer): Promise<{ status: string; detail?: string }> {
  const answer = await server.get('/readiness');
  return answer.json<{ components: { store: { status: string; detail?: string } } }>().components.store;
}
