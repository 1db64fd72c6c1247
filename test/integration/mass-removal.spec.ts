import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import type { RoundResult } from '../../src/sync/round-result.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { fileSource, registryFileOf, type FileSource } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';

const NAMES = Array.from({ length: 12 }, (_, index) => `s/s${index}`);

let directory: string;
let path: string;
let db: EmbeddedDatabase;
let sync: SyncService;

beforeAll(async () => {
  Logger.overrideLogger(false);
  directory = await mkdtemp(join(tmpdir(), 'removal-'));
  path = join(directory, 'registry.json');
  db = await EmbeddedDatabase.open();
  const providers = new Map([['file' as const, new FileProvider()]]);
  sync = new SyncService(providers, db.sources, db.entries, db.writer, systemClock);
});

afterAll(async () => {
  await db.close();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile([{ name: 'one', kind: 'file' }]);
  await writeFile(path, registryFileOf(...NAMES));
  await round(guarded(path));
});

function guarded(at: string): FileSource {
  const source = fileSource({ path: at });
  return { ...source, syncPolicy: { ...source.syncPolicy, allowMassRemoval: false } };
}

async function round(source: FileSource): Promise<RoundResult> {
  const [known] = await db.sources.all();
  if (known === undefined) throw new Error('The source is not stored');
  return sync.run({ source, signal: AbortSignal.timeout(20_000), nextAttempt: new Date(), known });
}

async function aliveNames(): Promise<string[]> {
  const heads = await db.heads('one');
  return heads.filter(({ isDropped }) => !isDropped).map(({ name }) => name);
}

describe('a round that would remove most of a source', () => {
  it('stops before writing and says how to let it happen', async () => {
    await writeFile(path, registryFileOf('s/s1'));

    await expect(round(guarded(path))).rejects.toThrow(/remove 11 of 12.*allowMassRemoval/);

    expect(await aliveNames()).toHaveLength(12);
  });

  it('goes on where the source allows it', async () => {
    await writeFile(path, registryFileOf('s/s1'));

    await round(fileSource({ path }));

    expect(await aliveNames()).toEqual(['s/s1']);
  });

  it('goes on where somebody pointed the source elsewhere', async () => {
    const elsewhere = join(directory, 'other.json');
    await writeFile(elsewhere, registryFileOf('s/s2'));

    await round(guarded(elsewhere));

    expect(await aliveNames()).toEqual(['s/s2']);
  });
});
