import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodJob, PodReport } from '../../../scripts/image-sandbox.mjs';
import { TestAuthority } from '../../support/certificates.js';
import { hasSandbox, ImageTree, type PodMounts } from '../../support/image.js';
import { hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { APP, createOwnedDatabase, MIGRATOR } from '../../support/primed-database.js';

/** What the operator gives as arguments, in all its versions. */
const ARGS = ['serve', '--config=/config/config.yaml'];
const LIST = '/v0.1/servers';
const REGISTRY = JSON.stringify({
  servers: [{ server: { name: 'com.example/one', description: 'd', version: '1.0.0' } }],
});
/** What the operator of November 2025 wrote from 28 November on. */
const DATABASE = {
  host: 'postgres',
  port: 5432,
  user: APP,
  migrationUser: MIGRATOR,
  database: 'registry',
  sslMode: 'prefer',
  maxOpenConns: 10,
  maxIdleConns: 2,
  connMaxLifetime: '30m',
};

const SERVED = {
  probes: { '8080/health': 200, '8080/readiness': 200, '8081/health': 200, '8081/readiness': 200 },
  names: ['com.example/one'],
  healthcheck: 'http://127.0.0.1:8081/readiness answered 200: healthy\n',
  code: 0,
};

describe.skipIf(!hasSandbox)('the image under the operator', () => {
  let image: ImageTree;

  beforeAll(() => {
    image = new ImageTree();
  });
  afterAll(() => image.remove());

  function serve(mounts: PodMounts, more: PodJob = {}): Promise<PodReport> {
    return image.run({ serve: ARGS, paths: [LIST], servers: 1, ...more }, mounts);
  }

  it('answers version as a user that can write nowhere', async () => {
    const report = await image.run({ run: ['version'] });
    expect(report).toMatchObject({ code: 0, stderr: '' });
    expect(report.stdout).toContain(`node version: ${process.version}`);
  });

  it('fails its health check while no server runs', async () => {
    const report = await image.run({ run: ['healthcheck'] });
    expect(report.code).toBe(1);
    expect(report.stderr).toContain('nothing listens');
  });

  it('serves the single source of 14 November 2025, with nothing to write to but its storage mount', async () => {
    const config = {
      registryName: 'example',
      source: { type: 'file', format: 'upstream', file: { path: '/config/registry/registry.json' } },
      syncPolicy: { interval: '30m' },
      filter: { names: { include: ['*'] } },
    };
    const files = { 'registry/registry.json': REGISTRY };
    const report = await serve({ config: JSON.stringify(config), files, writable: ['/data'] });
    expect(outcome(report)).toEqual(SERVED);
    expect(report.stderr).not.toContain('in memory');
  });

  it('serves from an https address of a private authority, in memory where nothing can be written', async () => {
    const authority = new TestAuthority();
    const { key, cert } = authority.sign('DNS:localhost');
    const files = {
      'ca.pem': authority.caCert,
      'upstream/key.pem': key,
      'upstream/cert.pem': cert,
      'upstream/registry.json': REGISTRY,
    };
    authority.remove();
    const file = { url: 'https://localhost:9443/registry.json', caCertPath: '/config/ca.pem' };
    const config = JSON.stringify({
      sources: [{ name: 'company', format: 'upstream', file, syncPolicy: { interval: '30m' } }],
      registries: [{ name: 'default', sources: ['company'] }],
      auth: { mode: 'anonymous' },
    });
    const report = await serve({ config, files }, { upstream: '/config/upstream' });
    expect(outcome(report)).toEqual(SERVED);
    expect(report.stderr).toContain('in memory');
  });

  it.skipIf(!hasPostgresql)(
    'serves from PostgreSQL with the password file that the operator mounts',
    async () => {
      const cluster = await PostgresqlCluster.create();
      await createOwnedDatabase(cluster, 'registry');
      await cluster.query(`CREATE ROLE ${APP} LOGIN PASSWORD '${APP}'`);
      await cluster.query('CREATE ROLE toolhive_registry_server');
      await cluster.query(`GRANT toolhive_registry_server TO ${APP}`);
      await cluster.query(`GRANT toolhive_registry_server TO ${MIGRATOR} WITH ADMIN OPTION`);
      const company = {
        name: 'company',
        format: 'upstream',
        file: { path: '/config/registry/company/registry.json' },
        syncPolicy: { interval: '1h' },
      };
      // The sandbox reaches no host by name; a directory is the socket of the server.
      const database = { ...DATABASE, host: '/postgres', port: cluster.port };
      const config = JSON.stringify({ registryName: 'example', registries: [company], database });
      const home = mkdtempSync(join(tmpdir(), 'image-home-'));
      chmodSync(home, 0o755);
      chmodSync(cluster.socketDirectory, 0o755);
      try {
        const lines = [APP, MIGRATOR].map((user) => `*:*:registry:${user}:${user}\n`).join('');
        writeFileSync(join(home, '.pgpass'), lines, { mode: 0o600 });
        // The container that copies it there runs as this user.
        if (process.getuid?.() === 0) chownSync(join(home, '.pgpass'), 65_532, 65_532);
        const folders = { '/postgres': cluster.socketDirectory, '/home/appuser': home };
        const files = { 'registry/company/registry.json': REGISTRY };
        const report = await serve(
          { config, files, folders },
          { env: { PGPASSFILE: '/home/appuser/.pgpass' } },
        );
        expect(outcome(report)).toEqual(SERVED);
      } finally {
        rmSync(home, { recursive: true });
        await cluster.remove();
      }
    },
  );
});

/** What the probes and a client saw; when that is not everything, what the program wrote as well. */
function outcome({ isReady, probes, answers, healthcheck, code, stderr }: PodReport): object {
  const { status, text = '' } = answers?.[LIST] ?? {};
  if (isReady !== true || status !== 200) return { isReady, status, text, stderr };
  const { servers } = JSON.parse(text) as { servers: { server: { name: string } }[] };
  return { probes, names: servers.map(({ server }) => server.name), healthcheck, code };
}
