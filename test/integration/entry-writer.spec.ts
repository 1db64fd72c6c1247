import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VersionWrite } from '../../src/database/catalog-change.js';
import type { RefusedDocument, VersionDocument } from '../../src/model/entry.js';
import { versionDocument } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { changeOf, planSync, type SyncPlan } from '../support/sync-plans.js';

const SOURCE = 'one';
const NOW = new Date('2026-03-02T08:00:00Z');

let db: EmbeddedDatabase;

beforeAll(async () => {
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile([
    { name: SOURCE, kind: 'file' },
    { name: 'two', kind: 'file' },
  ]);
});

function commit(plan: SyncPlan, refused: readonly RefusedDocument[] = [], source = SOURCE): Promise<number> {
  const names = { sourceRevision: 'r', rulesFingerprint: 'f', bytes: 1, refused: refused.length };
  return db.writer.commit(source, changeOf(plan, refused), {
    ...plan,
    ...names,
    startedAt: NOW,
    endedAt: NOW,
    nextAttempt: NOW,
  });
}

async function store(documents: readonly VersionDocument[], source = SOURCE): Promise<number> {
  return commit(planSync(await db.heads(source), documents, []), [], source);
}

/** Every row that a commit can touch, with the transaction that wrote it. */
function physicalRows(): Promise<unknown[]> {
  return db.dataSource.query(
    `SELECT 'v' AS t, id::text, xmin::text FROM entry_version UNION ALL SELECT 'e', id::text, xmin::text FROM entry
     UNION ALL SELECT 'r', revision::text, xmin::text FROM catalog_revision ORDER BY 1, 2`,
  );
}

const named = (name: string, version = '1.0.0') => versionDocument({ name, version });
const label = ({ name, version }: { name: string; version: string }) => `${name} ${version}`;

describe('a change is committed whole or not at all', () => {
  function failing(plan: SyncPlan): SyncPlan {
    const [first, ...rest] = plan.writes;
    if (first === undefined) throw new Error('The plan writes nothing');
    const broken = { ...first, isLatest: null } as unknown as VersionWrite;
    // Behind more rows than one statement takes, so that others have succeeded before.
    return { ...plan, writes: [...rest, broken] };
  }

  it('when its last statement fails nothing has changed and nobody is told', async () => {
    await store([named('a/a')]);
    const before = await physicalRows();
    const [status] = await db.sources.all();
    const told: number[] = [];
    const listening = db.feed.revisions.subscribe((revision) => told.push(revision));
    const documents = Array.from({ length: 700 }, (_, index) => named(`b/${index}`));
    const plan = planSync(await db.heads(SOURCE), documents, []);

    await expect(commit(failing(plan))).rejects.toMatchObject({ code: '23502' });

    listening.unsubscribe();
    expect(await physicalRows()).toEqual(before);
    expect((await db.sources.all())[0]).toEqual(status);
    expect(told).toEqual([]);
  });

  it('the store goes on working afterwards, without a gap in the revisions', async () => {
    const before = await store([named('a/a')]);
    const plan = planSync(await db.heads(SOURCE), [named('b/b')], []);
    await expect(commit(failing(plan))).rejects.toMatchObject({ code: '23502' });

    expect(await store([named('b/b')])).toBe(before + 1);
  });

  it('an unknown source is refused and leaves nothing', async () => {
    const before = await physicalRows();

    await expect(commit(planSync([], [named('a/a')], []), [], 'nobody')).rejects.toMatchObject({
      code: '23503',
    });

    expect(await physicalRows()).toEqual(before);
  });
});

describe('revisions and times', () => {
  it('both grow with every change, however fast they follow one another', async () => {
    const seen: { revision: number; at: number }[] = [];
    for (let round = 0; round < 20; round += 1) {
      const revision = await store([named('a/a', `1.0.${round}`)]);
      const written = (await db.touched(revision - 1)).find(({ version }) => version === `1.0.${round}`);
      seen.push({ revision, at: written?.updatedAt.getTime() ?? 0 });
    }

    for (const [index, { revision, at }] of seen.entries()) {
      const last = seen[index - 1];
      if (last === undefined) continue;
      expect(revision).toBe(last.revision + 1);
      expect(at).toBeGreaterThan(last.at);
    }
  });

  it('time grows although the clock was set back', async () => {
    await db.dataSource.query(`UPDATE catalog_revision SET committed_at = now() + interval '1 day'`);
    const [row]: { at: Date }[] = await db.dataSource.query(
      'SELECT committed_at AS at FROM catalog_revision',
    );

    const revision = await store([named('a/a')]);

    const [written] = await db.touched(revision - 1);
    expect(written?.updatedAt.getTime()).toBe((row?.at.getTime() ?? 0) + 1);
  });

  it('two sources at once get two revisions', async () => {
    const revisions = await Promise.all([store([named('a/a')]), store([named('a/a')], 'two')]);

    expect(new Set(revisions).size).toBe(2);
    expect(await db.entries.revision()).toBe(Math.max(...revisions));
  });

  it('a round that changes nothing makes no revision and writes no row of the catalogue', async () => {
    const revision = await store([named('a/a'), named('b/b')]);
    const before = await physicalRows();

    expect(await store([named('b/b'), named('a/a')])).toBe(revision);

    expect(await physicalRows()).toEqual(before);
  });

  it('an empty source is a success without revision', async () => {
    const before = await db.entries.revision();

    expect(await store([])).toBe(0);

    expect(await db.entries.revision()).toBe(before);
    expect((await db.sources.all())[0]).toMatchObject({ phase: 'complete', lastSyncTime: NOW, revision: 0 });
  });
});

describe('what a change touches', () => {
  it('is exactly what is read as touched since the revision before', async () => {
    const first = await store([named('a/a'), named('b/b'), named('c/c')]);
    const second = await store([named('a/a'), named('b/b', '2.0.0'), named('b/b'), named('d/d')]);

    expect((await db.touched(first, second)).map(label).sort()).toEqual([
      'b/b 1.0.0',
      'b/b 2.0.0',
      'c/c 1.0.0',
      'd/d 1.0.0',
    ]);
    expect((await db.touched(first - 1, first)).map(label)).toEqual(['a/a 1.0.0']);
    expect(await db.touched(second)).toEqual([]);
  });

  it('leaves the rows of unchanged versions as they are', async () => {
    await store([named('a/a'), named('b/b')]);
    const before = await db.touched();

    await store([named('a/a'), named('b/b'), named('c/c')]);

    const after = await db.touched();
    expect(after.filter(({ name }) => name !== 'c/c')).toEqual(before);
  });

  it('a version that leaves is a tombstone with its document, and comes back', async () => {
    await store([named('a/a')]);
    const [original] = await db.touched();
    const gone = await store([]);
    const [tombstone] = await db.touched(gone - 1);
    const back = await store([named('a/a')]);
    const [returned] = await db.touched(back - 1);

    expect(tombstone).toMatchObject({
      id: original?.id,
      document: original?.document,
      status: 'deleted',
      isDropped: true,
      isLatest: true,
      revision: gone,
    });
    expect(tombstone?.updatedAt.getTime()).toBeGreaterThan(original?.updatedAt.getTime() ?? 0);
    expect(tombstone?.statusChangedAt).toEqual(tombstone?.updatedAt);
    expect(returned).toMatchObject({ id: original?.id, status: 'active', isDropped: false, revision: back });
    expect(returned?.publishedAt).toEqual(original?.publishedAt);
  });

  it('sources with the same names do not touch each other', async () => {
    await store([named('a/a')]);
    await store([named('a/a')], 'two');

    const revision = await store([], 'two');

    expect((await db.touched(revision - 1)).map(({ source }) => source)).toEqual(['two']);
  });

  it('a kind with a blank in its name and a name that looks like another are kept apart', async () => {
    await store([named('a/a'), versionDocument({ kind: 'skill', name: 'a/a' })]);

    const revision = await store([named('a/a')]);

    expect((await db.touched(revision - 1)).map(({ kind }) => kind)).toEqual(['skill']);
  });
});

describe('large changes', () => {
  it('2,000 versions of one entry are one revision with one latest', async () => {
    const documents = Array.from({ length: 2000 }, (_, index) => named('a/a', `1.${index}.0`));

    const revision = await store(documents);

    const rows = await db.touched(revision - 1);
    expect(rows).toHaveLength(2000);
    expect(rows.every((row) => row.revision === revision)).toBe(true);
    expect(rows.filter(({ isLatest }) => isLatest).map(label)).toEqual(['a/a 1.1999.0']);
    expect((await store([])) - revision).toBe(1);
    expect((await db.touched(revision)).length).toBe(2000);
  });

  it('documents of a megabyte each arrive whole', async () => {
    const documents = Array.from({ length: 6 }, (_, index) =>
      versionDocument({ name: `a/${index}`, document: `{"n":${index},"x":"${'ä'.repeat(500_000)}"}` }),
    );

    const revision = await store(documents);

    const rows = await db.touched(revision - 1);
    expect(new Set(rows.map(({ document }) => document))).toEqual(
      new Set(documents.map(({ document }) => document)),
    );
  });
});

describe('the result of a round', () => {
  it('replaces quarantine and numbers of the one before', async () => {
    const refused = (pointer: string): RefusedDocument => ({
      kind: 'server',
      name: 'x/x',
      version: '1',
      pointer,
      problems: [{ pointer: '/description', reason: `is "empty" at ${pointer}` }],
    });
    await commit(planSync([], [named('a/a')], []), [refused('/servers/0'), refused('/servers/1')]);
    await commit(planSync(await db.heads(SOURCE), [named('a/a')], []), [refused('/servers/7')]);

    const rows = await db.dataSource.query('SELECT kind, name, version, pointer, problems FROM quarantine');
    expect(rows).toEqual([
      { ...refused('/servers/7'), problems: JSON.stringify(refused('/servers/7').problems) },
    ]);
    expect((await db.sources.all())[0]).toMatchObject({ rejectedCount: 1, serverCount: 1, attemptCount: 0 });
  });

  it('is kept for the last hundred rounds only, good ones included', async () => {
    const plan = planSync([], [], []);
    for (let round = 0; round < 103; round += 1) await commit(plan);

    const [row] = await db.dataSource.query('SELECT count(*)::int AS runs FROM sync_run');
    expect(row).toEqual({ runs: 100 });
  });
});
