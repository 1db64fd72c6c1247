import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LeaseStore } from '../../src/database/stores/lease.store.js';
import type { Fetched, FetchedFile, SourceProvider } from '../../src/sources/source-provider.js';
import { registryFileOf } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { ScheduledRounds } from '../support/scheduled-rounds.js';
import { filesOf, streamOf, stubSource } from '../support/stub-source.js';

const never = new Promise<never>(() => {});

/** Answers as a test says, and never looks at the signal. */
class StubbornProvider implements SourceProvider<'file'> {
  readonly kind = 'file';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: false };
  fetches = 0;
  readonly late: ((fetched: Fetched) => void)[] = [];

  constructor(private readonly isStream: boolean) {}

  fetch(): Promise<Fetched> {
    this.fetches += 1;
    if (this.isStream) return Promise.resolve(streamOf(hangs(registryFileOf('never/whole'))));
    return new Promise((resolve) => this.late.push(resolve));
  }
}

async function* hangs(text: string): AsyncGenerator<FetchedFile> {
  yield { origin: '1.json', text };
  await never;
}

let db: EmbeddedDatabase;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

describe.each([
  ['that never settles', false],
  ['whose stream stops in the middle', true],
])('a provider %s and does not heed its signal', (_what, isStream) => {
  it('costs its own round until the time limit, and keeps neither its source nor its lease', async () => {
    const provider = new StubbornProvider(isStream);
    const { syncPolicy, ...source } = stubSource('one');
    const rounds = await ScheduledRounds.start(db, provider, [
      { ...source, syncPolicy: { ...syncPolicy, timeoutMs: 50 } },
    ]);

    await vi.waitFor(() => expect(provider.fetches).toBeGreaterThan(1), { timeout: 20_000 });
    expect(rounds.progress.of('one')).toMatchObject({
      attemptCount: 1,
      message: 'The round took longer than syncPolicy.timeout (50ms); nothing was changed',
    });
    const codes = await db.dataSource.query('SELECT DISTINCT outcome, code FROM sync_run');
    expect(codes).toEqual([{ outcome: 'failed', code: 'time-limit-exceeded' }]);
    await rounds.stop();

    expect(await new LeaseStore(db.dataSource).remaining('one')).toBe(0);
    for (const settle of provider.late) settle(filesOf(registryFileOf('too/late')));
    const again = await ScheduledRounds.start(db, new StubbornProvider(isStream), []);
    await again.stop();
    expect(await db.touched()).toEqual([]);
  });

  it('holds the end of the program up for a moment only', async () => {
    const provider = new StubbornProvider(isStream);
    const rounds = await ScheduledRounds.start(db, provider, [stubSource('one')]);
    await vi.waitFor(() => expect(provider.fetches).toBe(1), { timeout: 10_000 });

    await rounds.stop();

    expect(await new LeaseStore(db.dataSource).remaining('one')).toBe(0);
  });
});

it('sixty-four of them leave the next source its turn', { timeout: 60_000 }, async () => {
  const stubborn = new StubbornProvider(false);
  const fetch = (source: { readonly name: string }) =>
    source.name === 'good' ? Promise.resolve(filesOf(registryFileOf('a/a'))) : stubborn.fetch();
  const hanging = Array.from({ length: 64 }, (_, index) => stubSource(`hangs-${index}`));
  const limited = hanging.map((source) => ({
    ...source,
    syncPolicy: { ...source.syncPolicy, timeoutMs: 2_000, intervalMs: 3_600_000 },
  }));
  const provider: SourceProvider<'file'> = { kind: 'file', abilities: stubborn.abilities, fetch };
  const rounds = await ScheduledRounds.start(db, provider, [...limited, stubSource('good')]);

  await vi.waitFor(() => expect(rounds.progress.of('good').phase).toBe('complete'), { timeout: 30_000 });

  await rounds.stop();
});
