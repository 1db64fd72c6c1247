import { expect, it } from 'vitest';
import { storedVersion } from '../../test/support/documents.js';
import type { LastGoodCopy } from '../database/last-good-copy.js';
import type { CopyTrailer } from '../database/last-good-file.js';
import type { EntryStore, StoredVersion } from '../database/stores/entry.store.js';
import type { SourceStore } from '../database/stores/source.store.js';
import { CatalogLoader } from './catalog-loader.js';
import { EMPTY_SNAPSHOT } from './snapshot.js';

const SOURCE = { name: 'one', incarnation: 'i', revision: 1, lastSyncTime: new Date(1_000) };
const AWAY: Pick<EntryStore, 'position' | 'touched'> = {
  position: () => Promise.reject(new Error('The store is away')),
  touched: () => {
    throw new Error('The store is away');
  },
};

const NO_SOURCES: Pick<SourceStore, 'all'> = { all: () => Promise.resolve([]) };

function copyOf(...batches: StoredVersion[][]): LastGoodCopy {
  const trailer: CopyTrailer = {
    place: 'p',
    databaseId: 'd',
    revision: 2,
    committedAt: new Date(0),
    sources: [SOURCE],
  };
  async function* rows() {
    for (const batch of batches) yield await Promise.resolve(batch);
  }
  const open = () => Promise.resolve({ ...trailer, currentAt: new Date(5_000), rows });
  const copy: Pick<LastGoodCopy, 'open' | 'changed'> = { open, changed: () => undefined };
  return copy as LastGoodCopy;
}

function loaderOf(...batches: StoredVersion[][]): CatalogLoader {
  return new CatalogLoader(AWAY as EntryStore, NO_SOURCES as SourceStore, copyOf(...batches));
}

it('of a version that a copy holds twice the later one counts, and it is there once', async () => {
  const early = storedVersion({ id: '1', name: 'a/a', revision: 1, title: 'early' });
  const other = storedVersion({ id: '2', name: 'a/a', version: '2.0.0', revision: 1 });
  const late = storedVersion({ id: '1', name: 'a/a', revision: 2, title: 'late' });

  const copy = await loaderOf([early, other], [late]).loadCopy();

  const versions = copy?.snapshot.shelves.get('one')?.server.get('a/a')?.versions;
  expect(versions?.map(({ version, title }) => [version, title])).toEqual([
    ['1.0.0', 'late'],
    ['2.0.0', other.title],
  ]);
});

it('rows of a source that the copy does not name are left out', async () => {
  const copy = await loaderOf([storedVersion({ name: 'a/a', source: 'gone' })]).loadCopy();

  expect([...(copy?.snapshot.shelves.keys() ?? [])]).toEqual(['one']);
  expect(copy?.currentAt).toEqual(new Date(5_000));
});

it('a store that is away is no reason to forget what was loaded', async () => {
  await expect(loaderOf().load(EMPTY_SNAPSHOT)).rejects.toThrow('The store is away');
});
