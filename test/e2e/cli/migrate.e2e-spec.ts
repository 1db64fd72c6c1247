import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../../migrations/index.js';
import { freePort, hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { APP, createOwnedDatabase, databaseBlock } from '../../support/primed-database.js';
import { runProgram } from '../../support/program.js';

const NAMES = MIGRATIONS.map(({ name }) => name);

describe.skipIf(!hasPostgresql)('migrate and prime', () => {
  let cluster: PostgresqlCluster;
  let directory: string;

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await createOwnedDatabase(cluster, 'registry');
    directory = mkdtempSync(join(tmpdir(), 'migrate-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function config(change: object = {}): string {
    const path = join(directory, 'config.json');
    const database = { ...databaseBlock(cluster, 'registry'), ...change };
    const content = {
      source: { type: 'file', file: { data: '{}' } },
      syncPolicy: { interval: '1h' },
      database,
    };
    writeFileSync(path, JSON.stringify(content));
    return path;
  }

  it('makes the user, then the schema, and takes it back', async () => {
    const path = config();
    const dry = await runProgram(['prime-db', '--dry-run', '--config', path]);
    expect([dry.code, dry.stdout.includes(`ALTER ROLE "${APP}" LOGIN;`)]).toEqual([0, true]);
    for (const _again of [1, 2]) {
      const primed = await runProgram(['prime', APP, '--config', path]);
      expect([primed.code, primed.stderr]).toEqual([0, '']);
    }

    const asked = await runProgram(['migrate', 'up', '--config', path]);
    expect([asked.code, asked.stderr]).toEqual([
      1,
      'error: There is no terminal to ask at: nothing was changed; say --yes to go on\n',
    ]);
    const status = async (): Promise<unknown> =>
      JSON.parse((await runProgram(['migrate', 'status', '--format', 'json', '--config', path])).stdout);
    expect(await status()).toEqual({ applied: [], pending: NAMES, unknown: [] });

    const up = await runProgram(['migrate', 'up', '--yes', '--config', path]);
    expect([up.code, up.stdout]).toEqual([0, NAMES.map((name) => `applied ${name}\n`).join('')]);
    expect(await status()).toEqual({ applied: NAMES, pending: [], unknown: [] });
    expect(await cluster.queryAs({ user: APP, database: 'registry' }, 'SELECT * FROM entry')).toEqual([]);

    const down = await runProgram(['migrate', 'down', '-n', '1', '--yes', '--config', path]);
    expect([down.code, down.stdout]).toEqual([0, `took back ${NAMES.at(-1)}\n`]);
    expect(down.stderr).toMatch(/^WARNING: .*\nWARNING: .* DELETED/);
  });

  it('makes a user with any name and password that PostgreSQL takes', async () => {
    const name = `o'"; DROP TABLE x; $do$ --`;
    const passwordFile = join(directory, 'secret');
    writeFileSync(passwordFile, `p'"\\$do$;\n`);
    const primed = await runProgram(['prime', name, '--password-file', passwordFile, '--config', config()]);
    expect([primed.code, primed.stderr]).toEqual([0, '']);
    const [role] = await cluster.query(
      `SELECT rolcanlogin AS login, rolsuper AS super, pg_has_role(rolname, 'toolhive_registry_server', 'USAGE') AS has
         FROM pg_roles WHERE rolname = $1`,
      [name],
    );
    expect(role).toEqual({ login: true, super: false, has: true });
  });

  it.each([
    [['migrate', 'down', '--yes'], 2, /--num-steps/],
    [['migrate'], 2, /one of up, down and status/],
    [['prime', 'pg_me'], 2, /reserves the name pg_me/],
    [['prime', 'somebody'], 1, /There is no password for somebody/],
  ])('refuses %j', async (args, code, reason) => {
    const result = await runProgram([...args, ...(args.length > 1 ? ['--config', config()] : [])]);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(reason);
    expect(result.stderr.trimEnd()).not.toContain('\n');
  });

  it('says in one line with exit code 1 why a database cannot be used', async () => {
    const port = await freePort();
    const cases: [object, RegExp][] = [
      [{ port }, /^error: No database listens at 127\.0\.0\.1:\d+: start it, or check .*\n$/],
      [
        { migrationPassword: 'wrong' },
        /^error: The database refuses user db_migrator: check .*migrationUser.*\n$/,
      ],
    ];
    for (const [change, line] of cases) {
      const result = await runProgram(['migrate', 'up', '--yes', '--config', config(change)]);
      expect([result.code, result.stdout]).toEqual([1, '']);
      expect(result.stderr).toMatch(line);
    }
  });
});
