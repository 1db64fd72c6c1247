import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourcesService } from '../../src/admin/sources.service.js';
import { CatalogService } from '../../src/catalog/catalog.service.js';
import { LiveConfig } from '../../src/config/live-config.js';
import type { RegistryConfig } from '../../src/config/registry-config.js';
import type { RoundOutcome } from '../../src/database/catalog-change.js';
import { QuarantineStore } from '../../src/database/stores/quarantine.store.js';
import { RunStore } from '../../src/database/stores/run.store.js';
import type { ReplyBytes } from '../../src/http/reply-bytes.js';
import type { RefusedDocument } from '../../src/model/entry.js';
import { RunHistory } from '../../src/sync/run-history.js';
import { SyncProgress } from '../../src/sync/sync-progress.js';
import { OPEN_VISIBILITY } from '../../src/model/claims.js';
import { fileSource } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { changeOf, planSync } from '../support/sync-plans.js';

const CONFIG = { sources: [fileSource({ data: '[]' })], registries: [] } as unknown as RegistryConfig;
const AT = new Date(1_800_000_000_000);

let db: EmbeddedDatabase;
let progress: SyncProgress;
let sources: SourcesService;

interface RunPage {
  readonly runs: { readonly id: string; readonly message: string }[];
  readonly metadata: { readonly nextCursor?: string; readonly count: number };
}

interface QuarantinePage {
  readonly quarantine: { readonly name: string }[];
  readonly metadata: { readonly nextCursor?: string; readonly total: number; readonly kept: number };
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile(CONFIG.sources);
  await start();
});

/** What a process has in memory after its start. */
async function start(): Promise<void> {
  const config = new LiveConfig(CONFIG);
  progress = new SyncProgress(db.sources, db.feed);
  const history = new RunHistory(progress, new RunStore(db.dataSource), new QuarantineStore(db.dataSource));
  history.onModuleInit();
  const catalog = new CatalogService(config, db.loader, db.feed, db.gate);
  sources = new SourcesService(config, progress, history, catalog);
  await progress.refresh();
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- shorter than a cast around every call
function bodyOf<Body>(reply: ReplyBytes): Body {
  return JSON.parse(reply.body.toString()) as Body;
}

function runs(limit = 1000, cursor?: string): RunPage {
  return bodyOf(sources.runs('one', OPEN_VISIBILITY, { limit, cursor }));
}

async function fail(message: string): Promise<void> {
  await db.sources.fail('one', {
    startedAt: AT,
    endedAt: AT,
    nextAttempt: AT,
    message,
    code: 'upstream-failed',
  });
  await progress.refresh();
}

async function succeed(
  changes: Partial<RoundOutcome>,
  refused: readonly RefusedDocument[] = [],
): Promise<void> {
  const change = changeOf(planSync([], [], []), refused);
  await db.writer.commit('one', change, {
    startedAt: AT,
    endedAt: new Date(AT.getTime() + 1250),
    nextAttempt: AT,
    sourceRevision: 'r',
    rulesFingerprint: 'f',
    bytes: 10,
    refused: refused.length,
    added: 0,
    changed: 0,
    removed: 0,
    unchanged: 0,
    counts: { server: 0, skill: 0, plugin: 0 },
    ...changes,
  });
  await progress.refresh();
}

function refusedDocuments(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'server' as const,
    name: `a/${index}`,
    pointer: `/servers/${index}`,
    problems: [{ pointer: '/description', reason: 'must not be blank' }],
  }));
}

describe('the runs of a source', () => {
  it('are the last hundred, newest first, page by page and without repeats', async () => {
    for (let number = 1; number <= 105; number += 1) await fail(`failure ${number}`);
    await vi.waitFor(() => expect(runs().runs[0]?.message).toBe('failure 105'));

    const messages: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = runs(30, cursor);
      messages.push(...page.runs.map(({ message }) => message));
      cursor = page.metadata.nextCursor;
      pages += 1;
    } while (cursor !== undefined);

    expect(pages).toBe(4);
    expect(messages).toEqual(Array.from({ length: 100 }, (_, index) => `failure ${105 - index}`));
  });

  it('are there after a restart, with the failures in a row and their reason', async () => {
    await fail('one');
    await fail('two');

    await db.sources.reconcile(CONFIG.sources);
    await start();

    await vi.waitFor(() => expect(runs().runs).toHaveLength(2));
    expect(progress.of('one')).toMatchObject({ phase: 'failed', attemptCount: 2, message: 'two' });
    expect(runs().runs[0]).toMatchObject({ outcome: 'failed', message: 'two', code: 'upstream-failed' });
  });

  it('show the numbers, the time and the first hundred names of what changed', async () => {
    const added = Array.from({ length: 150 }, (_, index) => ({
      kind: 'server' as const,
      version: '1.0.0',
      name: `a/${index}`,
    }));
    const samples = { added, changed: [], removed: [], refused: [{ kind: 'skill' as const }] };
    await succeed({ added: 150, samples });
    await vi.waitFor(() => expect(runs().runs).toHaveLength(1));

    const run = bodyOf<{ diff: Record<string, unknown[]> }>(
      sources.run(runs().runs[0]?.id ?? '', OPEN_VISIBILITY),
    );

    expect(run).toMatchObject({ outcome: 'complete', duration: '1.25s', added: 150, bytes: 10 });
    expect(run.diff['added']).toHaveLength(100);
    expect(run.diff['added']?.[0]).toEqual({ entryType: 'MCP', name: 'a/0', version: '1.0.0' });
    expect(run.diff['refused']).toEqual([{ entryType: 'SKILL' }]);
    expect(runs().runs[0]).not.toHaveProperty('diff');
  });

  it('begin anew with a source that was removed and comes back', async () => {
    await fail('before');
    await vi.waitFor(() => expect(runs().runs).toHaveLength(1));
    await db.sources.reconcile([]);
    await db.sources.reconcile(CONFIG.sources);
    await fail('after');

    await vi.waitFor(() => expect(runs().runs.map(({ message }) => message)).toEqual(['after']));
  });

  it('that nobody knows are not found', () => {
    for (const id of ['0', '999999', 'x', '']) {
      expect(() => sources.run(id, OPEN_VISIBILITY)).toThrow(expect.objectContaining({ code: 'not-found' }));
    }
  });
});

describe('the quarantine of a source', () => {
  const quarantine = (limit: number, cursor?: string) =>
    bodyOf<QuarantinePage>(sources.quarantine('one', OPEN_VISIBILITY, { limit, cursor }));

  it('has the first thousand documents, page by page, and tells how many there are', async () => {
    await succeed({}, refusedDocuments(1003));
    await vi.waitFor(() => expect(quarantine(1).metadata.total).toBe(1003));
    await vi.waitFor(() => expect(quarantine(1).metadata.kept).toBe(1000));

    const first = quarantine(600);
    const second = quarantine(600, first.metadata.nextCursor);

    expect(first.quarantine).toHaveLength(600);
    expect(first.quarantine[0]).toEqual({
      entryType: 'MCP',
      name: 'a/0',
      pointer: '/servers/0',
      problems: [{ pointer: '/description', reason: 'must not be blank' }],
    });
    expect(second.quarantine[0]?.name).toBe('a/600');
    expect(second.metadata).toEqual({ count: 400, total: 1003, kept: 1000 });
  });

  it('stays while rounds fail, and ends with the next good one', async () => {
    await succeed({}, refusedDocuments(2));
    await fail('broken');
    await vi.waitFor(() => expect(runs().runs).toHaveLength(2));
    expect(quarantine(10).quarantine).toHaveLength(2);

    await succeed({});

    await vi.waitFor(() => expect(quarantine(10).metadata).toEqual({ count: 0, total: 0, kept: 0 }));
  });
});
