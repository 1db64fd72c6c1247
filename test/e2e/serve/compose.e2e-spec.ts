import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { runProgram, startServer } from '../../support/program.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Service {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const text = readFileSync(`${ROOT}docker-compose.yaml`, 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

function service(name: string): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yaml has no service ${name}`);
  return found;
}

/** The environment as it is when the shell sets nothing. */
function defaultsOf({ environment }: Service): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([key, value]) => [key, value.replace(/^\$\{\w+:-(.*)\}$/, '$1')]));
}

describe('docker-compose.yaml', () => {
  it('starts its services one after another on PostgreSQL 18', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'prime', 'migrate', 'registry-api']);
    expect(service('postgres').image).toMatch(/^postgres:18/);
    expect(service('prime').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    const done = { condition: 'service_completed_successfully' };
    expect(service('migrate').depends_on).toEqual({ prime: done });
    expect(service('registry-api').depends_on).toEqual({ migrate: done });
  });

  it('mounts files that are there, and runs the built program', () => {
    for (const { volumes } of Object.values(services)) {
      const files = volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((path) => path.startsWith('.'));
      for (const file of files) expect(existsSync(ROOT + file)).toBe(true);
    }
    expect(service('registry-api').entrypoint).toEqual(['node', 'dist/main.js']);
  });

  it.skipIf(!hasPostgresql)('serves the sample with its own statements, commands and passwords', async () => {
    const cluster = await PostgresqlCluster.create();
    const { POSTGRES_DB = '' } = defaultsOf(service('postgres'));
    await cluster.createDatabase(POSTGRES_DB);
    await cluster.query(readFileSync(`${ROOT}config/docker-database.sql`, 'utf8'));
    const place = {
      THV_REGISTRY_DATABASE_HOST: '127.0.0.1',
      THV_REGISTRY_DATABASE_PORT: String(cluster.port),
    };
    for (const name of ['prime', 'migrate']) {
      const env = { ...defaultsOf(service(name)), ...place };
      const result = await runProgram(service(name).command ?? [], { cwd: ROOT, env });
      expect([result.code, result.stderr]).toEqual([0, '']);
    }
    const [command, ...rest] = service('registry-api').command ?? [];
    expect(command).toBe('serve');
    const server = await startServer(rest, {
      cwd: ROOT,
      env: { ...defaultsOf(service('registry-api')), ...place },
    });
    await expect
      .poll(async () => (await fetch(`${server.url}/v0.1/servers`)).status, { timeout: 30_000 })
      .toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
