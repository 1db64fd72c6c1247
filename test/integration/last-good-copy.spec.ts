import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Snapshot } from '../../src/catalog/snapshot.js';
import { hasPostgresql, PostgresqlCluster } from '../support/postgresql.js';
import { Replica } from '../support/replica.js';

const PATIENCE = { timeout: 20_000, interval: 20 };
const FILE = 'last-good-catalogue.jsonl';

/** Everything that is served from a snapshot, without what was made ready to find and to order it. */
function contentOf({ revision, shelves, synced }: Snapshot): unknown {
  const entries = [...shelves.values()].flatMap((kinds) =>
    Object.values(kinds).flatMap((shelf) => [...shelf]),
  );
  const content = entries.map(([name, { versions, ...entry }]) => [
    name,
    entry,
    versions.map(({ order: _order, ...version }) => version),
  ]);
  return { revision, synced, sources: [...shelves.keys()], content };
}

describe.skipIf(!hasPostgresql)('the last good copy', () => {
  let cluster: PostgresqlCluster;
  let baseDir: string;
  let url: string;
  let databases = 0;
  const open: Replica[] = [];
  const warnings: string[] = [];

  beforeAll(async () => {
    Logger.overrideLogger({
      log: () => undefined,
      error: () => undefined,
      warn: (message: string) => warnings.push(message),
    });
    cluster = await PostgresqlCluster.create();
    await (await Replica.open(await cluster.createDatabase('empty'))).close();
  }, 60_000);

  beforeEach(async () => {
    warnings.length = 0;
    baseDir = mkdtempSync(join(tmpdir(), 'last-good-'));
    databases += 1;
    url = await cluster.createDatabase(`copied_${databases}`, 'empty');
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    rmSync(baseDir, { recursive: true });
  });

  const path = () => join(baseDir, FILE);

  async function serve(): Promise<Replica> {
    const replica = await Replica.serve(url, { baseDir });
    open.push(replica);
    return replica;
  }

  /** A server that starts while the database is away. */
  async function serveAlone(at = url): Promise<Replica> {
    const replica = new Replica(at, { baseDir });
    replica.isAway = true;
    open.push(replica);
    await replica.start();
    return replica;
  }

  /** A copy that holds what `names` say. Returns the replica that wrote it. */
  async function copied(...names: string[]): Promise<Replica> {
    const writer = await serve();
    await writer.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await writer.store('one', names);
    await writer.lastGood.write();
    // Its own catalogue follows by itself, in its own time.
    await vi.waitFor(() => expect(writer.names()).toHaveLength(names.length), PATIENCE);
    return writer;
  }

  it('is written by itself after a change, whole, for its owner alone, with nothing left beside it', async () => {
    const writer = await serve();
    await writer.sources.reconcile([{ name: 'one', kind: 'file' }]);
    await writer.store('one', ['a/a']);

    await vi.waitFor(() => expect(readFileSync(path(), 'utf8')).toContain('"name":"a/a"'), PATIENCE);

    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(baseDir)).toEqual([FILE]);
  });

  it('is what a server serves that starts while the database is away, byte for byte', async () => {
    const writer = await copied('a/a', 'b/b', 'line/\u2028separator');

    const alone = await serveAlone();

    expect(alone.names()).toEqual(writer.names());
    expect(contentOf(alone.catalog.current)).toEqual(contentOf(writer.catalog.current));
    expect(alone.catalog.isLoaded && alone.catalog.wasFilled).toBe(true);
    expect(alone.catalog.servedWithoutStoreSince).toBeInstanceOf(Date);
    expect(warnings).toEqual([
      expect.stringMatching(/^The store is away: the last good copy is served, revision 1, \d+s old$/),
    ]);
  });

  it('is continued when the same database is back, with what changed meanwhile and no more', async () => {
    const writer = await copied('a/a', 'b/b');
    const alone = await serveAlone();
    const kept = alone.catalog.current.shelves.get('one')?.server.get('a/a');
    await writer.store('one', ['a/a', 'c/c']);

    alone.isAway = false;

    await vi.waitFor(() => expect(alone.names()).toEqual(['a/a', 'c/c']), PATIENCE);
    expect(alone.catalog.servedWithoutStoreSince).toBeUndefined();
    expect(alone.catalog.current.shelves.get('one')?.server.get('a/a')).toBe(kept);
  });

  it('is forgotten when another database is back in its place', async () => {
    await copied('a/a', 'b/b');
    const alone = await serveAlone();
    await cluster.query(
      `UPDATE catalog_revision SET database_id = gen_random_uuid()`,
      [],
      new URL(url).pathname.slice(1),
    );
    await cluster.query(`DELETE FROM entry WHERE name = 'b/b'`, [], new URL(url).pathname.slice(1));

    alone.isAway = false;

    await vi.waitFor(() => expect(alone.names()).toEqual(['a/a']), PATIENCE);
  });

  it('holds every change that is committed while it is written', async () => {
    const writer = await copied('a/000');
    const writing = [writer.lastGood.write()];
    for (let count = 1; count < 8; count += 1) await writer.store('one', [`a/00${count}`, 'z/z']);
    await Promise.all(writing);
    await writer.lastGood.write();

    const alone = await serveAlone();

    expect(alone.names()).toEqual(['a/007', 'z/z']);
    expect(contentOf(alone.catalog.current)).toEqual(contentOf(writer.catalog.current));
  });

  const DAMAGES: [string, (file: Buffer) => Buffer, string][] = [
    ['cut off', (file) => file.subarray(0, file.length - 100), 'it is damaged'],
    ['empty', () => Buffer.alloc(0), 'it is too short'],
    ['changed by one bit', (file) => flipped(file, Math.floor(file.length / 2)), 'it is damaged'],
    ['of another format', (file) => flipped(file, 2), 'it has another format'],
  ];

  it.each(DAMAGES)('that is %s is not used, and one line says so', async (_what, damage, reason) => {
    await copied('a/a');
    writeFileSync(path(), damage(readFileSync(path())));

    expect((await serveAlone()).catalog.isLoaded).toBe(false);

    expect(warnings).toEqual([`${path()} is not used: ${reason}`]);
  });

  it('of another database is not used, and one line says so', async () => {
    await copied('a/a');

    expect((await serveAlone(url.replace(/\/[^/]*$/, '/other'))).catalog.isLoaded).toBe(false);

    expect(warnings).toEqual([`${path()} is not used: it is of another database`]);
  });

  it('is not there where the directory cannot be written, and that harms nothing', async () => {
    rmSync(baseDir, { recursive: true });
    writeFileSync(baseDir, 'a file in its place');

    const writer = await copied('a/a');

    await vi.waitFor(() => expect(writer.names()).toEqual(['a/a']), PATIENCE);
    expect(existsSync(path())).toBe(false);
  });
});

function flipped(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
