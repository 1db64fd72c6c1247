import { Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { LiveConfig } from '../../src/config/live-config.js';
import type { RegistryConfig } from '../../src/config/registry-config.js';
import type { SourceProvider } from '../../src/sources/source-provider.js';
import { LeasedRounds } from '../../src/sync/leased-rounds.js';
import { SyncProgress } from '../../src/sync/sync-progress.js';
import { SyncScheduler } from '../../src/sync/sync.scheduler.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { fileSource } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';

let db: EmbeddedDatabase;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterAll(() => db.close());

/** A source whose rounds last until they are let go, and which says that it changed when it is told to. */
class HeldProvider implements SourceProvider<'file'> {
  readonly kind = 'file';
  readonly abilities = { watchable: true, incremental: false, cheapCheck: true };
  rounds = 0;
  isClosed = false;
  change: () => void = () => {};
  letGo: () => void = () => {};

  async fetch() {
    this.rounds += 1;
    await new Promise<void>((resolve) => (this.letGo = resolve));
    return { changed: false, revision: '1' } as const;
  }

  watch(_source: unknown, onChange: () => void) {
    this.change = onChange;
    return { close: () => (this.isClosed = true) };
  }
}

it('a change starts a round at once, and one more after a round under way', async () => {
  const provider = new HeldProvider();
  const source = fileSource({ data: '[]' });
  const config = { sources: [{ ...source, syncPolicy: { ...source.syncPolicy, intervalMs: 3_600_000 } }] };
  const progress = new SyncProgress(db.sources, db.feed);
  const sync = new SyncService(new Map([['file', provider]]), db.sources, db.entries, db.writer, systemClock);
  const timers = new SchedulerRegistry();
  const scheduler = new SyncScheduler(
    new LiveConfig(config as unknown as RegistryConfig),
    new LeasedRounds(db.leases, sync),
    timers,
    progress,
    systemClock,
    db.gate,
  );
  const rounds = (count: number) =>
    vi.waitFor(() => expect(provider.rounds).toBe(count), { timeout: 10_000 });
  const idle = () => vi.waitFor(() => expect(timers.getTimeouts()).toHaveLength(1), { timeout: 10_000 });
  await scheduler.onApplicationBootstrap();
  await rounds(1);

  for (let times = 0; times < 5; times += 1) provider.change();
  provider.letGo();
  await rounds(2);
  provider.letGo();
  await idle();
  expect(provider.rounds).toBe(2);

  provider.change();
  await rounds(3);
  provider.change();
  const stopped = scheduler.beforeApplicationShutdown();
  provider.letGo();
  await stopped;

  provider.change();
  expect([provider.rounds, provider.isClosed, timers.getTimeouts()]).toEqual([3, true, []]);
});
