import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWritable, openEmbeddedStore } from '../../src/database/embedded-store.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-'));
});

afterEach(() => rm(root, { recursive: true }));

async function sourceNames(db: EmbeddedDatabase): Promise<string[]> {
  return (await db.sources.all()).map(({ name }) => name);
}

describe('a store in a directory', () => {
  it('is made where nothing was, readable by its owner and group only, and opened again', async () => {
    const baseDir = join(root, 'deep', 'data');
    const first = await EmbeddedDatabase.open(baseDir);
    await first.sources.reconcile([{ name: 'kept', kind: 'file' }]);
    await first.close();

    const second = await EmbeddedDatabase.open(baseDir);

    expect(await sourceNames(second)).toEqual(['kept']);
    await second.close();
    expect((await stat(baseDir)).mode & 0o777).toBe(0o750);
    expect(await readdir(baseDir)).toEqual(['store']);
  });

  it('is refused to a second opener, by whatever path, and free after the first one closed it', async () => {
    await symlink(root, `${root}-link`);
    const first = await EmbeddedDatabase.open(root);

    await expect(openEmbeddedStore(root)).rejects.toMatchObject({ code: 'store-locked' });
    await expect(openEmbeddedStore(`${root}-link`)).rejects.toMatchObject({ code: 'store-locked' });

    await first.close();
    await (await EmbeddedDatabase.open(`${root}-link`)).close();
    await rm(`${root}-link`);
  });

  it('of another engine is refused with its version, left as it is, and not locked', async () => {
    await mkdir(join(root, 'store'));
    await writeFile(join(root, 'store', 'PG_VERSION'), '17\n');

    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(openEmbeddedStore(root)).rejects.toMatchObject({
        code: 'store-unavailable',
        message: expect.stringMatching(/store was made by engine version 17; .*18.*Move the directory away/),
      });
    }

    expect(await readdir(root)).toEqual(['store']);
    expect(await readFile(join(root, 'store', 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  it('of which a killed process unpacked a part is made anew, and the part goes', async () => {
    await mkdir(join(root, 'store.new-0b51', 'base'), { recursive: true });
    await writeFile(join(root, 'store.new-0b51', 'PG_VERSION'), '18\n');
    await writeFile(join(root, 'status.json'), '{}');

    const db = await EmbeddedDatabase.open(root);

    expect(await sourceNames(db)).toEqual([]);
    await db.close();
    expect((await readdir(root)).sort()).toEqual(['status.json', 'store']);
  });

  it('that is broken says so and gives the lock back', async () => {
    await mkdir(join(root, 'store'));
    await writeFile(join(root, 'store', 'PG_VERSION'), '18\n');

    await expect(openEmbeddedStore(root)).rejects.toMatchObject({ code: 'store-unavailable' });

    await rm(join(root, 'store'), { recursive: true });
    await (await EmbeddedDatabase.open(root)).close();
  });
});

describe('a store in memory', () => {
  it('begins empty, beside others, and leaves no file', async () => {
    const [one, two] = await Promise.all([EmbeddedDatabase.open(), EmbeddedDatabase.open()]);
    await one.sources.reconcile([{ name: 'mine', kind: 'file' }]);

    expect(await sourceNames(two)).toEqual([]);

    await Promise.all([one.close(), two.close()]);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('whether a directory can be written', () => {
  it('is made on the way when it can be', async () => {
    expect(await isWritable(join(root, 'a', 'b'))).toBe(true);
    expect(await readdir(join(root, 'a'))).toEqual(['b']);
  });

  it('below a file it cannot', async () => {
    await writeFile(join(root, 'file'), '');

    expect(await isWritable(join(root, 'file', 'data'))).toBe(false);
    expect(await isWritable(join(root, 'file'))).toBe(false);
  });
});

describe('one session for everybody', () => {
  let db: EmbeddedDatabase;

  beforeEach(async () => {
    db = await EmbeddedDatabase.open();
  });

  afterEach(() => db.close());

  it('queries at once get each its own answer', async () => {
    const numbers = Array.from({ length: 200 }, (_, index) => index);

    const rows = await Promise.all(numbers.map((n) => db.dataSource.query('SELECT $1::int AS n', [n])));

    expect(rows).toEqual(numbers.map((n) => [{ n }]));
  });

  it('an error ends its own statement only', async () => {
    const good = db.dataSource.query('SELECT 1 AS n');
    const bad = db.dataSource.query('SELECT * FROM nowhere');
    const badParameter = db.dataSource.query('SELECT $1::int', ['x']);
    const after = db.dataSource.query('SELECT 2 AS n');

    await expect(bad).rejects.toMatchObject({ code: '42P01' });
    await expect(badParameter).rejects.toMatchObject({ code: '22P02' });
    expect(await good).toEqual([{ n: 1 }]);
    expect(await after).toEqual([{ n: 2 }]);
  });

  it('a transaction that fails leaves nothing of itself to the next', async () => {
    await expect(
      db.dataSource.transaction(async (manager) => {
        await manager.query(`INSERT INTO source (name, kind) VALUES ('half', 'file')`);
        throw new Error('given up');
      }),
    ).rejects.toThrow('given up');

    expect(await sourceNames(db)).toEqual([]);
    await db.sources.reconcile([{ name: 'whole', kind: 'file' }]);
    expect(await sourceNames(db)).toEqual(['whole']);
  });
});
