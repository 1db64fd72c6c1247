import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../../migrations/index.js';
import { hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { createOwnedDatabase, databaseBlock } from '../../support/primed-database.js';
import { hasTerminal, runAtTerminal } from '../../support/terminal-program.js';

const NAMES = MIGRATIONS.map(({ name }) => name);

describe.skipIf(!hasPostgresql || !hasTerminal)('at a terminal', () => {
  let cluster: PostgresqlCluster;
  let directory: string;
  let config: string;

  beforeAll(async () => {
    cluster = await PostgresqlCluster.create();
    await createOwnedDatabase(cluster, 'registry');
    directory = mkdtempSync(join(tmpdir(), 'prompts-'));
    config = join(directory, 'config.json');
    const { password: _password, ...database } = databaseBlock(cluster, 'registry');
    const source = { type: 'file', file: { data: '{}' } };
    writeFileSync(config, JSON.stringify({ source, syncPolicy: { interval: '1h' }, database }));
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function applied(): Promise<unknown[]> {
    const [table] = await cluster.query(`SELECT to_regclass('migrations') AS name`, [], 'registry');
    if (table?.['name'] === null) return [];
    const rows = await cluster.query('SELECT name FROM migrations ORDER BY timestamp', [], 'registry');
    return rows.map(({ name }) => name);
  }

  it('prime asks for the password and does not show it', async () => {
    const question = 'Password for db_app: ';
    const { code, shown } = await runAtTerminal(['prime', '--config', config], {
      question,
      answer: 'typed-secret',
    });
    expect([code, shown.includes('typed-secret')]).toEqual([0, false]);
    const [role] = await cluster.query(`SELECT rolpassword FROM pg_authid WHERE rolname = 'db_app'`);
    expect(role?.['rolpassword']).toMatch(/^SCRAM-SHA-256\$/);
  });

  it('migrate up asks, and only y or yes goes on', async () => {
    const question = '[y/N] ';
    const args = ['migrate', 'up', '--config', config];
    const no = await runAtTerminal(args, { question, answer: '' });
    expect([no.code, no.shown.includes('Not confirmed: nothing was changed')]).toEqual([1, true]);
    expect(await applied()).toEqual([]);
    const yes = await runAtTerminal(args, { question, answer: 'y' });
    expect([yes.code, yes.shown.includes(`applied ${NAMES[0]}`)]).toEqual([0, true]);
    expect(await applied()).toEqual(NAMES);
  });

  it('migrate down warns, and only the typed word yes goes on', async () => {
    const question = 'Type yes to go on: ';
    const args = ['migrate', 'down', '--num-steps', '1', '--config', config];
    const short = await runAtTerminal(args, { question, answer: 'y' });
    expect([short.code, short.shown.includes('WARNING: ')]).toEqual([1, true]);
    expect(await applied()).toEqual(NAMES);
    const { code, shown } = await runAtTerminal(args, { question, answer: 'yes' });
    expect([code, shown.includes(`took back ${NAMES.at(-1)}`)]).toEqual([0, true]);
    expect(await applied()).toEqual(NAMES.slice(0, -1));
  });
});
