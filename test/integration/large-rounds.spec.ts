import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import type { FetchedFile } from '../../src/sources/source-provider.js';
import { type RoundProgress, SyncService } from '../../src/sync/sync.service.js';
import { registryFile, serverJson } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { filesOf, streamOf, StubProvider, stubSource } from '../support/stub-source.js';

/** More than is read without a thread. */
const LARGE = 5000;
const NOTHING_KNOWN = { sourceRevision: null, rulesFingerprint: null };

let db: EmbeddedDatabase;
let sync: SyncService;
let provider: StubProvider;
let scratch: string;
const temporary = process.env['TMPDIR'];

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rounds-'));
  process.env['TMPDIR'] = scratch;
  await db.clear();
  await db.sources.reconcile(['one', 'two'].map((name) => ({ name, kind: 'file' })));
  provider = new StubProvider();
  sync = new SyncService(new Map([['file', provider]]), db.sources, db.entries, db.writer, systemClock);
});

afterEach(async () => {
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  await rm(scratch, { recursive: true });
});

interface RoundOptions {
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RoundProgress) => void;
}

function round({ name = 'one', signal = new AbortController().signal, onProgress }: RoundOptions = {}) {
  const progress = onProgress && { onProgress };
  const request = { signal, nextAttempt: new Date(), known: NOTHING_KNOWN, ...progress };
  return sync.run({ ...request, source: stubSource(name) });
}

const servers = (count: number, more: object = {}) =>
  registryFile(Array.from({ length: count }, (_, index) => serverJson(`a/s${index}`, '1.0.0', more)));

async function storedCount(name = 'one'): Promise<number> {
  return (await db.heads(name)).filter(({ isDropped }) => !isDropped).length;
}

async function* arriving(...texts: readonly string[]): AsyncGenerator<FetchedFile> {
  for (const [index, text] of texts.entries())
    yield await Promise.resolve({ origin: `page ${index + 1}`, text });
}

/** Gives a page and then nothing, until it is stopped. */
async function* hanging(signal: AbortSignal, then: () => void): AsyncGenerator<FetchedFile> {
  yield* arriving(servers(LARGE));
  then();
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

describe('a large round', () => {
  it('says how far it is, and leaves nothing in the directory for temporary files', async () => {
    const seen: RoundProgress[] = [];
    provider.fetches.set('one', () => streamOf(arriving(servers(LARGE), servers(LARGE + 10))));

    await round({ onProgress: (progress) => seen.push(progress) });

    expect(await storedCount()).toBe(LARGE + 10);
    expect(seen.filter(({ phase }) => phase === 'reading').map(({ done }) => done)).toEqual([
      LARGE,
      2 * LARGE + 10,
    ]);
    expect(seen.at(-1)).toEqual({ phase: 'writing', done: LARGE + 10, total: LARGE + 10 });
    expect(await readdir(scratch)).toEqual([]);
  });

  it('keeps its scratch file without a name while it lasts', async () => {
    const stop = new AbortController();
    const spooled = new Promise<void>((resolve) => {
      provider.fetches.set('one', (signal) => streamOf(hanging(signal, resolve)));
    });
    const running = round({ signal: stop.signal });
    await spooled;

    expect(await readdir(scratch)).toEqual([]);

    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
  });

  it('that is stopped while it is read changes nothing', async () => {
    provider.fetches.set('one', () => filesOf(servers(LARGE)));
    await round();
    const before = await db.heads('one');
    const stop = new AbortController();
    provider.fetches.set('one', () => filesOf(servers(LARGE, { title: 'New' }), servers(10)));

    const running = round({ signal: stop.signal, onProgress: () => stop.abort() });

    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    expect(await db.heads('one')).toEqual(before);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('that is stopped while it is written changes nothing', async () => {
    const stop = new AbortController();
    provider.fetches.set('one', () => filesOf(servers(LARGE)));

    const running = round({
      signal: stop.signal,
      onProgress: ({ phase }) => phase === 'writing' && stop.abort(),
    });

    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    expect(await storedCount()).toBe(0);
  });

  it('that takes too long says which limit it was', async () => {
    provider.fetches.set('one', (signal) => streamOf(hanging(signal, () => undefined)));

    await expect(round({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'time-limit-exceeded',
      message: expect.stringContaining('syncPolicy.timeout'),
    });
  });

  it('whose thread dies fails, and the next one works', async () => {
    provider.fetches.set('one', () => filesOf(servers(LARGE)));
    process.once('worker', (worker: Worker) => void worker.terminate());

    await expect(round()).rejects.toMatchObject({ code: 'source-unavailable' });

    expect(await storedCount()).toBe(0);
    await round();
    expect(await storedCount()).toBe(LARGE);
  });

  it('with a bad file amid good ones fails with its name and place', async () => {
    provider.fetches.set('one', () => filesOf(servers(LARGE), '{"servers":[}', servers(5)));

    await expect(round()).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(/^2\.json: /),
      problems: [{ location: 'line 1, column 13' }],
    });
    expect(await storedCount()).toBe(0);
  });

  it('fails clearly without a place for its scratch file', async () => {
    process.env['TMPDIR'] = join(scratch, 'absent');
    provider.fetches.set('one', () => filesOf(servers(LARGE)));

    await expect(round()).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('TMPDIR'),
    });
  });

  it('goes on while others wait for their upstreams', async () => {
    const stop = new AbortController();
    const names = Array.from({ length: 6 }, (_, index) => `slow${index}`);
    await db.sources.reconcile(['one', ...names].map((name) => ({ name, kind: 'file' })));
    for (const name of names) {
      provider.fetches.set(name, (signal) => streamOf(hanging(signal, () => undefined)));
    }
    const waiting = names.map((name) => round({ name, signal: stop.signal }));
    const settled = Promise.allSettled(waiting);
    provider.fetches.set('one', () => filesOf(servers(LARGE)));

    await round();

    expect(await storedCount()).toBe(LARGE);
    stop.abort();
    for (const result of await settled) expect(result).toMatchObject({ reason: { code: 'aborted' } });
  });
});

describe('a small change of a large source', () => {
  it('is compared with all that is stored, and drops nothing', async () => {
    provider.fetches.set('one', () => filesOf(servers(LARGE)));
    await round();
    const revision = await db.entries.revision();
    const change = registryFile([serverJson('a/s7', '2.0.0'), serverJson('b/new')]);
    provider.fetches.set('one', () => streamOf(arriving(change), 'changes'));

    const result = await round();

    expect(result).toMatchObject({ round: { plan: { added: 2, removed: 0, unchanged: LARGE } } });
    expect((await db.touched(revision)).map(({ name, version }) => `${name} ${version}`).sort()).toEqual([
      'a/s7 1.0.0',
      'a/s7 2.0.0',
      'b/new 1.0.0',
    ]);
    expect((await db.sources.all())[0]).toMatchObject({ serverCount: LARGE + 1 });
  });
});
