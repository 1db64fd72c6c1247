import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SourceEntity } from '../database/entities/source.entity.js';
import { RevisionFeed } from '../database/revision-feed.js';
import type { RoundBegin, SourceStore } from '../database/stores/source.store.js';
import { SyncProgress } from './sync-progress.js';
import { syncStatus } from './sync-status.js';

const EARLY = new Date(1000);
const LATE = new Date(2000);

/** A store that answers when it is told to, in the order in which it was asked. */
class SlowStore {
  readonly begun = new Subject<RoundBegin>();
  readonly asked: ((sources: SourceEntity[]) => void)[] = [];

  all(): Promise<SourceEntity[]> {
    return new Promise((resolve) => this.asked.push(resolve));
  }
}

function stored(changes: Partial<SourceEntity>): SourceEntity {
  return Object.assign(new SourceEntity(), { name: 'one', phase: 'complete', lastAttempt: EARLY }, changes);
}

function progressOn(store: SlowStore): SyncProgress {
  return new SyncProgress(store as unknown as SourceStore, new RevisionFeed());
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

async function answer(store: SlowStore, sources: SourceEntity[]): Promise<void> {
  await settled();
  store.asked.shift()?.(sources);
  await settled();
}

describe('the status of a source', () => {
  it('is syncing at once when a round begins, whatever was read before', async () => {
    const store = new SlowStore();
    const progress = progressOn(store);
    void progress.refresh();
    await answer(store, [stored({})]);
    void progress.refresh();
    await settled();

    store.begun.next({ name: 'one', startedAt: LATE });
    expect(progress.of('one')).toMatchObject({ phase: 'syncing', lastAttempt: LATE });

    await answer(store, [stored({})]);
    expect(progress.of('one')).toMatchObject({ phase: 'syncing', lastAttempt: LATE });
  });

  it('is what the store has once the round has ended', async () => {
    const store = new SlowStore();
    const progress = progressOn(store);
    void progress.refresh();
    await answer(store, [stored({})]);
    store.begun.next({ name: 'one', startedAt: LATE });

    void progress.refresh();
    await answer(store, [stored({ phase: 'failed', lastAttempt: LATE, message: 'broken' })]);
    progress.ended('one', { outcome: 'failed', durationMs: 5 });

    expect(progress.of('one')).toMatchObject({ phase: 'failed', message: 'broken' });
  });

  it('does not stay syncing when the end could not be stored', async () => {
    const store = new SlowStore();
    const progress = progressOn(store);
    void progress.refresh();
    await answer(store, [stored({})]);
    store.begun.next({ name: 'one', startedAt: LATE });

    progress.ended('one', { outcome: 'failed', durationMs: 5 });

    expect(progress.of('one').phase).toBe('pending');
    expect(progress.of('one').message).toMatch(/without a record/);
  });

  it('is read once for all who ask while a reading is under way, and after they asked', async () => {
    const store = new SlowStore();
    const progress = progressOn(store);
    const first = progress.refresh();
    await settled();
    const others = [progress.refresh(), progress.refresh(), progress.refresh()];
    await settled();
    expect(store.asked).toHaveLength(1);

    await answer(store, [stored({})]);
    await first;
    expect(store.asked).toHaveLength(1);
    await answer(store, [stored({ serverCount: 7 })]);
    await Promise.all(others);

    expect(progress.of('one').serverCount).toBe(7);
    expect(store.asked).toHaveLength(0);
  });

  it('of a source that was never stored is pending', () => {
    expect(syncStatus(undefined)).toEqual({
      phase: 'pending',
      attemptCount: 0,
      serverCount: 0,
      skillCount: 0,
      pluginCount: 0,
      rejectedCount: 0,
    });
  });
});
