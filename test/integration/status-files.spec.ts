import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveConfig } from '../../src/config/live-config.js';
import type { RegistryConfig } from '../../src/config/registry-config.js';
import { SourceEntity } from '../../src/database/entities/source.entity.js';
import { StatusFiles } from '../../src/sync/status-files.js';
import type { SyncProgress } from '../../src/sync/sync-progress.js';

let baseDir = '';
let files: StatusFiles | undefined;

beforeEach(() => {
  baseDir = mkdtempSync(join(tmpdir(), 'status-files-'));
});

afterEach(async () => {
  await files?.onApplicationShutdown();
  rmSync(baseDir, { recursive: true, force: true });
});

/** Statuses as the schedule feeds them. */
class Statuses {
  readonly changed = new Subject<void>();
  private list: SourceEntity[] = [];

  all(): readonly SourceEntity[] {
    return this.list;
  }

  set(...sources: Partial<SourceEntity>[]): void {
    const usual = { phase: 'complete', attemptCount: 0, sourceRevision: null, message: null };
    this.list = sources.map((source) => Object.assign(new SourceEntity(), usual, source));
    this.changed.next();
  }
}

async function start(changes: { memoryOnly?: boolean; database?: object } = {}): Promise<Statuses> {
  const { memoryOnly = false, ...rest } = changes;
  const config = { fileStorage: { baseDir, explicit: true, memoryOnly }, ...rest };
  const statuses = new Statuses();
  files = new StatusFiles(
    new LiveConfig(config as unknown as RegistryConfig),
    statuses as unknown as SyncProgress,
  );
  await files.onModuleInit();
  return statuses;
}

function read(segment: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(baseDir, 'sources', segment, 'status.json'), 'utf8')) as never;
}

describe('status.json', () => {
  it('has the status of each source as it is now, for its owner only', async () => {
    const statuses = await start();

    statuses.set({ name: 'one', serverCount: 3, lastSyncTime: new Date(0) }, { name: 'two' });
    await vi.waitFor(() => expect(read('two')).toMatchObject({ name: 'two', phase: 'complete' }));
    expect(read('one')).toMatchObject({ serverCount: 3, lastSyncTime: '1970-01-01T00:00:00.000Z' });
    statuses.set({ name: 'one', phase: 'failed', attemptCount: 2, message: 'broken' }, { name: 'two' });

    await vi.waitFor(() => {
      expect(read('one')).toMatchObject({ phase: 'failed', attemptCount: 2, message: 'broken' });
    });
    const folder = join(baseDir, 'sources', 'one');
    expect(readdirSync(folder)).toEqual(['status.json']);
    expect(statSync(join(folder, 'status.json')).mode & 0o777).toBe(0o600);
  });

  it('of sources with odd names stays below its directory', async () => {
    const statuses = await start();

    statuses.set({ name: '..' }, { name: '../../etc' }, { name: 'A' }, { name: 'a' }, { name: 'store' });

    await vi.waitFor(() => expect(read('store')).toMatchObject({ name: 'store' }));
    expect(readdirSync(baseDir)).toEqual(['sources']);
    expect(readdirSync(join(baseDir, 'sources')).sort()).toEqual(
      ['%2e%2e', '%2e.%2f..%2fetc', '%41', 'a', 'store'].sort(),
    );
  });

  it('goes with its source, and foreign files stay', async () => {
    mkdirSync(join(baseDir, 'sources', 'former'), { recursive: true });
    mkdirSync(join(baseDir, 'sources', 'mixed'));
    for (const folder of ['former', 'mixed']) {
      writeFileSync(join(baseDir, 'sources', folder, 'status.json'), '{}');
      writeFileSync(join(baseDir, 'sources', folder, 'status.json.half'), '{');
    }
    writeFileSync(join(baseDir, 'sources', 'mixed', 'notes.txt'), 'mine');
    const statuses = await start();

    statuses.set({ name: 'one' }, { name: 'two' });
    await vi.waitFor(() => expect(read('two')).toBeDefined());
    statuses.set({ name: 'two' });

    await vi.waitFor(() => expect(readdirSync(join(baseDir, 'sources')).sort()).toEqual(['mixed', 'two']));
    expect(readdirSync(join(baseDir, 'sources', 'mixed'))).toEqual(['notes.txt']);
  });

  it.each([{ memoryOnly: true }, { database: { host: '127.0.0.1' } }])(
    'is not written with %j',
    async (changes) => {
      const statuses = await start(changes);

      statuses.set({ name: 'one' });
      await files?.onApplicationShutdown();

      expect(readdirSync(baseDir)).toEqual([]);
    },
  );
});
