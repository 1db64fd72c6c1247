import { describe, expect, it } from 'vitest';
import { versionDocument } from '../../test/support/documents.js';
import { isEmptyPlan, planSync, type SyncPlan } from '../../test/support/sync-plans.js';
import type { VersionHead } from '../database/catalog-change.js';
import type { RefusedDocument, VersionDocument } from '../model/entry.js';
import { isMassRemoval } from './sync-plan.js';
import { applyPlan } from '../../test/support/stored-versions.js';

const MONDAY = new Date('2026-03-02T08:00:00Z');
const TUESDAY = new Date('2026-03-03T08:00:00Z');

function stored(...documents: readonly VersionDocument[]): readonly VersionHead[] {
  return applyPlan([], planSync([], documents, []), MONDAY);
}

function refusal(changes: Partial<RefusedDocument>): RefusedDocument {
  return {
    kind: 'server',
    pointer: '/servers/0',
    problems: [{ pointer: '', reason: 'is broken' }],
    ...changes,
  };
}

function versionsOf(plan: SyncPlan): Record<'writes' | 'drops' | 'marks', string[]> {
  const text = ({ name, version, isLatest }: { name: string; version: string; isLatest: boolean }) =>
    `${name} ${version}${isLatest ? ' latest' : ''}`;
  return {
    writes: plan.writes.map(({ document, isLatest }) => text({ ...document, isLatest })),
    drops: plan.drops.map(text),
    marks: plan.marks.map(text),
  };
}

const A1 = versionDocument({ name: 'a/a', version: '1.0.0' });
const A2 = versionDocument({ name: 'a/a', version: '2.0.0' });
const B1 = versionDocument({ name: 'b/b', version: '1.0.0' });

describe('what a plan holds', () => {
  it('writes everything of a source that was empty', () => {
    const plan = planSync([], [A1, A2, B1], []);

    expect(versionsOf(plan)).toEqual({
      writes: ['a/a 1.0.0', 'a/a 2.0.0 latest', 'b/b 1.0.0 latest'],
      drops: [],
      marks: [],
    });
    expect(plan).toMatchObject({ added: 3, changed: 0, removed: 0, unchanged: 0 });
    expect(plan.counts).toEqual({ server: 2, skill: 0, plugin: 0 });
  });

  it('is empty for the same data in another order', () => {
    const plan = planSync(stored(A1, A2, B1), [B1, A2, A1], []);

    expect(isEmptyPlan(plan)).toBe(true);
    expect(plan).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 3 });
  });

  it('moves the mark from a version that is no longer the latest', () => {
    const plan = planSync(stored(A1), [A1, A2], []);

    expect(versionsOf(plan)).toEqual({ writes: ['a/a 2.0.0 latest'], drops: [], marks: ['a/a 1.0.0'] });
  });

  it('gives the mark back when the latest version leaves', () => {
    const plan = planSync(stored(A1, A2), [A1], []);

    expect(versionsOf(plan)).toEqual({ writes: [], drops: ['a/a 2.0.0'], marks: ['a/a 1.0.0 latest'] });
    expect(plan.counts.server).toBe(1);
  });

  it('leaves the mark on the greatest tombstone when the whole entry leaves', () => {
    const plan = planSync(stored(A1, A2), [], []);

    expect(versionsOf(plan)).toEqual({ writes: [], drops: ['a/a 1.0.0', 'a/a 2.0.0 latest'], marks: [] });
    expect(plan).toMatchObject({ removed: 2, counts: { server: 0 } });
  });

  it('drops nothing twice', () => {
    const tombstones = applyPlan(stored(A1), planSync(stored(A1), [], []), TUESDAY);

    expect(isEmptyPlan(planSync(tombstones, [], []))).toBe(true);
  });

  it('brings a tombstone back as something added', () => {
    const tombstones = applyPlan(stored(A1), planSync(stored(A1), [], []), TUESDAY);

    const plan = planSync(tombstones, [A1], []);

    expect(versionsOf(plan).writes).toEqual(['a/a 1.0.0 latest']);
    expect(plan).toMatchObject({ added: 1, changed: 0, counts: { server: 1 } });
  });

  it('keeps kinds of the same name apart', () => {
    const skill = versionDocument({ kind: 'skill', name: 'a/a', version: '9.0.0' });

    const plan = planSync(stored(A1), [A1, skill], []);

    expect(versionsOf(plan)).toEqual({ writes: ['a/a 9.0.0 latest'], drops: [], marks: [] });
    expect(plan.counts).toEqual({ server: 1, skill: 1, plugin: 0 });
  });

  it('does not count an entry that its source calls deleted', () => {
    const plan = planSync([], [{ ...A1, status: 'deleted' }, B1], []);

    expect(plan.counts.server).toBe(1);
  });
});

describe('refused documents', () => {
  it('leave the last good one of their version in place, and its mark', () => {
    const plan = planSync(stored(A1, A2), [A1], [refusal({ name: 'a/a', version: '2.0.0' })]);

    expect(isEmptyPlan(plan)).toBe(true);
  });

  it('protect no other version', () => {
    const plan = planSync(stored(A1, A2), [A1], [refusal({ name: 'a/a', version: '3.0.0' })]);

    expect(versionsOf(plan).drops).toEqual(['a/a 2.0.0']);
  });

  it('that nobody can name protect nothing', () => {
    const plan = planSync(stored(A1), [], [refusal({})]);

    expect(versionsOf(plan).drops).toEqual(['a/a 1.0.0 latest']);
  });

  it('do not bring a tombstone back', () => {
    const tombstones = applyPlan(stored(A1), planSync(stored(A1), [], []), TUESDAY);

    expect(isEmptyPlan(planSync(tombstones, [], [refusal({ name: 'a/a', version: '1.0.0' })]))).toBe(true);
  });
});

describe('times of a changed version', () => {
  const [head] = stored(A1);

  function rewritten(changes: Partial<VersionDocument>): VersionHead | undefined {
    const heads = stored(A1);
    return applyPlan(heads, planSync(heads, [{ ...A1, ...changes }], []), TUESDAY)[0];
  }

  it.each<[string, Partial<VersionDocument>]>([
    ['its document', { document: '{"name":"a/a","version":"1.0.0","description":"new"}' }],
    ['its status', { status: 'deprecated' }],
    ['its status message', { statusMessage: 'use b/b' }],
  ])('updatedAt moves with %s', (_what, changes) => {
    expect(rewritten(changes)?.updatedAt).toEqual(TUESDAY);
  });

  it.each<[string, Partial<VersionDocument>]>([
    ["the envelope's other members", { envelopeMeta: '{"com.example/x":1}' }],
    ['the time of publication', { publishedAt: new Date('2025-01-01T00:00:00Z') }],
    ['the short key', { sourceKey: 'a' }],
  ])('updatedAt stays with %s', (_what, changes) => {
    expect(rewritten(changes)).toMatchObject({ updatedAt: head?.updatedAt });
    expect(rewritten(changes)?.servedHash).not.toBe(head?.servedHash);
  });

  it('statusChangedAt moves with the status alone', () => {
    expect(rewritten({ status: 'deprecated' })?.statusChangedAt).toEqual(TUESDAY);
    expect(rewritten({ document: '{"name":"a/a"}' })?.statusChangedAt).toEqual(MONDAY);
  });

  it('publishedAt stays when the source names none, and follows it when it does', () => {
    const named = new Date('2025-01-01T00:00:00Z');

    expect(rewritten({ status: 'deprecated' })?.publishedAt).toEqual(MONDAY);
    expect(rewritten({ publishedAt: named })?.publishedAt).toEqual(named);
  });

  it('updatedAt moves when a tombstone comes back unchanged', () => {
    const heads = stored(A1);
    const tombstones = applyPlan(heads, planSync(heads, [], []), TUESDAY);
    const wednesday = new Date('2026-03-04T08:00:00Z');

    const [back] = applyPlan(tombstones, planSync(tombstones, [A1], []), wednesday);

    expect(back).toMatchObject({
      updatedAt: wednesday,
      status: 'active',
      isDropped: false,
      publishedAt: MONDAY,
    });
  });
});

describe('a document whose version cannot be read', () => {
  it('keeps every version of its name, so that a bad file promotes no other source', () => {
    const plan = planSync(stored(A1, A2, B1), [], [refusal({ name: 'a/a' })]);

    expect(versionsOf(plan)).toEqual({ writes: [], drops: ['b/b 1.0.0 latest'], marks: [] });
  });
});

describe('isMassRemoval', () => {
  const servers = (count: number) =>
    Array.from({ length: count }, (_, index) => versionDocument({ name: `s/s${index}`, version: '1.0.0' }));

  it.each([
    [20, 9, true],
    [20, 10, false],
    [21, 11, false],
    [9, 0, false],
    [10, 0, true],
  ])('of %i entries %i are left: %s', (before, left, expected) => {
    const plan = planSync(stored(...servers(before)), servers(left), []);

    expect(isMassRemoval(plan)).toBe(expected);
  });

  it('counts entries, not versions', () => {
    const versions = Array.from({ length: 30 }, (_, index) =>
      versionDocument({ name: 'a/a', version: `1.0.${index}` }),
    );

    expect(isMassRemoval(planSync(stored(...versions), versions.slice(0, 1), []))).toBe(false);
  });
});

describe('versions that are ordered by their publication', () => {
  it('take the time of the commit where none is given, also beside one from the future', () => {
    const future = versionDocument({
      name: 'a/a',
      version: 'build-a',
      publishedAt: new Date('2099-01-01T00:00:00Z'),
    });
    const past = versionDocument({ name: 'b/b', version: 'build-a', publishedAt: MONDAY });
    const undated = ['a/a', 'b/b'].map((name) => versionDocument({ name, version: 'build-b' }));

    const plan = planSync([], [future, past, ...undated], [], { now: TUESDAY });

    expect(versionsOf(plan).writes).toEqual([
      'a/a build-a latest',
      'b/b build-a',
      'a/a build-b',
      'b/b build-b latest',
    ]);
  });
});
