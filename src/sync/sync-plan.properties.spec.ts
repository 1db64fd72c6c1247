import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { versionDocument } from '../../test/support/documents.js';
import { applyPlan, headKey } from '../../test/support/stored-versions.js';
import { isEmptyPlan, planSync } from '../../test/support/sync-plans.js';
import type { VersionHead } from '../database/catalog-change.js';
import { ENTRY_STATUSES, type RefusedDocument, type VersionDocument } from '../model/entry.js';
import { compareVersions } from '../model/version-order.js';

/** What a source holds at one time: of each version at most one document or refusal. */
interface Content {
  readonly documents: readonly VersionDocument[];
  readonly refused: readonly RefusedDocument[];
}

const item = fc.record({
  kind: fc.constantFrom('server' as const, 'skill' as const),
  name: fc.constantFrom('a/a', 'b/b'),
  version: fc.constantFrom('1.0.0', '2.0.0', 'v2.0.0', '2.0.0-rc.1', 'nightly', 'edge'),
  description: fc.constantFrom('first', 'second'),
  status: fc.constantFrom(...ENTRY_STATUSES),
  publishedAt: fc.option(fc.constantFrom(new Date(1_000), new Date(2_000))),
  isRefused: fc.boolean(),
});

const content: fc.Arbitrary<Content> = fc
  .uniqueArray(item, { maxLength: 10, selector: headKey })
  .map((items) => {
    const documents: VersionDocument[] = [];
    const refused: RefusedDocument[] = [];
    for (const { kind, name, version, description, status, publishedAt, isRefused } of items) {
      if (isRefused) refused.push({ kind, name, version, pointer: '', problems: [] });
      else {
        const document = JSON.stringify({ name, version, description });
        const changes = { kind, name, version, document, status, ...(publishedAt && { publishedAt }) };
        documents.push(versionDocument(changes));
      }
    }
    return { documents, refused };
  });

/** The second of round `index`; later than every publication above. */
function timeOf(index: number): Date {
  return new Date(1_000_000 + index * 1_000);
}

function sync(stored: readonly VersionHead[], { documents, refused }: Content, index: number) {
  return applyPlan(stored, planSync(stored, documents, refused), timeOf(index));
}

/** Runs rounds one after the other and looks at what each made of the one before. */
function eachRound(
  look: (
    before: readonly VersionHead[],
    after: readonly VersionHead[],
    content: Content,
    index: number,
  ) => void,
): void {
  const rounds = fc.array(content, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rounds, (contents) => {
      let stored: readonly VersionHead[] = [];
      for (const [index, one] of contents.entries()) {
        const next = sync(stored, one, index);
        look(stored, next, one, index);
        stored = next;
      }
    }),
    { numRuns: 300 },
  );
}

describe('whatever a source holds, round after round', () => {
  it('what is alive afterwards is what it holds, and what was refused while it was alive', () => {
    eachRound((before, after, { documents, refused }) => {
      const wasAlive = new Set(before.filter(({ isDropped }) => !isDropped).map(headKey));
      const kept = refused
        .map(({ kind, name = '', version = '' }) => headKey({ kind, name, version }))
        .filter((key) => wasAlive.has(key));
      const desired = documents.map(headKey);

      const alive = after.filter(({ isDropped }) => !isDropped).map(headKey);

      expect(alive.sort()).toEqual([...desired, ...kept].sort());
      expect(after.length).toBeGreaterThanOrEqual(before.length);
    });
  });

  it('a version has the status of its document, and a tombstone is deleted', () => {
    eachRound((_before, after, { documents }) => {
      const wanted = new Map(documents.map((document) => [headKey(document), document.status]));
      const expected = (head: VersionHead) =>
        wanted.get(headKey(head)) ?? (head.isDropped ? 'deleted' : head.status);
      expect(after.map(({ status }) => status)).toEqual(after.map(expected));
    });
  });

  it('a second round with the same data plans nothing', () => {
    eachRound((_before, after, { documents, refused }) => {
      expect(isEmptyPlan(planSync(after, documents, refused))).toBe(true);
    });
  });

  it('exactly one version of an entry is the latest: the greatest alive, or the greatest of all', () => {
    eachRound((_before, after) => {
      for (const { kind, name } of after) {
        const versions = after.filter((head) => head.kind === kind && head.name === name);
        const alive = versions.filter(({ status }) => status !== 'deleted');
        const [greatest] = [...(alive.length > 0 ? alive : versions)].sort((a, b) => compareVersions(b, a));
        expect(versions.filter(({ isLatest }) => isLatest)).toEqual([greatest]);
      }
    });
  });

  it('updatedAt moves exactly when document, status or presence changed', () => {
    eachRound((before, after, _content, index) => {
      const earlier = new Map(before.map((head) => [headKey(head), head]));
      for (const head of after) {
        const old = earlier.get(headKey(head));
        const isSame =
          old !== undefined &&
          old.contentHash === head.contentHash &&
          old.status === head.status &&
          old.isDropped === head.isDropped;
        expect(head.updatedAt).toEqual(isSame ? old.updatedAt : timeOf(index));
      }
    });
  });

  it('what did not change is not touched', () => {
    eachRound((before, after, { documents, refused }) => {
      const plan = planSync(before, documents, refused);
      const touched = new Set(
        [...plan.writes.map(({ document }) => document), ...plan.drops, ...plan.marks].map(headKey),
      );
      const earlier = new Map(before.map((head) => [headKey(head), head]));
      const untouched = after.filter((head) => !touched.has(headKey(head)));
      expect(untouched.every((head) => head === earlier.get(headKey(head)))).toBe(true);
      expect(touched.size).toBe(plan.writes.length + plan.drops.length + plan.marks.length);
    });
  });

  it('the counts are those of the entries that are alive', () => {
    eachRound((before, after, { documents, refused }) => {
      const names = new Set(
        after.filter(({ status }) => status !== 'deleted').map(({ kind, name }) => `${kind} ${name}`),
      );
      const count = (kind: string) => [...names].filter((name) => name.startsWith(kind)).length;

      expect(planSync(before, documents, refused).counts).toEqual({
        server: count('server'),
        skill: count('skill'),
        plugin: 0,
      });
    });
  });
});

describe('whatever changes a source tells of', () => {
  const documents = fc
    .array(content, { minLength: 1, maxLength: 3 })
    .map((contents) => contents.flatMap((one) => one.documents));

  it('are, round after round, what a comparison with everything would have found', () => {
    const feeds = fc.array(documents, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(documents, feeds, (first, changes) => {
        const held = new Map<string, VersionDocument>();
        let stored: readonly VersionHead[] = [];
        for (const [index, feed] of [first, ...changes].entries()) {
          // Of a version that is told of twice the last counts.
          for (const document of feed) held.set(headKey(document), document);
          const expected = applyPlan(stored, planSync(stored, [...held.values()], []), timeOf(index));
          const plan = planSync(stored, feed, [], { scope: 'changes' });
          const found = applyPlan(stored, plan, timeOf(index));

          expect(new Map(found.map((head) => [headKey(head), head]))).toEqual(
            new Map(expected.map((head) => [headKey(head), head])),
          );
          expect(plan.drops).toEqual([]);
          stored = found;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leave no row to write the second time', () => {
    fc.assert(
      fc.property(documents, documents, (first, feed) => {
        const stored = applyPlan([], planSync([], first, [], { scope: 'changes' }), timeOf(0));
        const after = applyPlan(stored, planSync(stored, feed, [], { scope: 'changes' }), timeOf(1));
        expect(isEmptyPlan(planSync(after, feed, [], { scope: 'changes' }))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
