import { describe, expect, it } from 'vitest';
import { cutPage } from '../../src/catalog/page.js';
import { RegistryView } from '../../src/catalog/registry-view.js';
import { SearchIndexer } from '../../src/catalog/search-indexer.js';
import { ShelfUpdate } from '../../src/catalog/snapshot.js';
import { Vocabulary } from '../../src/catalog/vocabulary.js';
import { OPEN_VISIBILITY } from '../../src/model/claims.js';
import { storedVersion } from '../support/documents.js';

async function search(text: string, tag?: string): Promise<string[]> {
  const update = new ShelfUpdate(new Map());
  update.put(storedVersion({ name: 'io.x/github', description: 'Issues and releases', tags: ['code'] }));
  update.put(storedVersion({ name: 'io.x/postgres', description: 'Runs queries, knows releases' }));
  update.put(storedVersion({ name: 'io.x/weather', description: 'Forecasts' }));
  const shelves = update.finish(new Set(['one']));
  const vocabulary = new Vocabulary();
  await new SearchIndexer(vocabulary).prepare({ revision: 1, shelves, synced: new Set() });
  const view = new RegistryView([...shelves.values()], OPEN_VISIBILITY, vocabulary).kind('server');
  const filters = { search: text, ...(tag !== undefined && { tag }) };
  return cutPage(view, { limit: 10, sort: 'name', filters }).versions.map(({ name }) => name);
}

describe('a search of which nothing matches', () => {
  it.each([
    ['a wrong letter', 'posigres', ['io.x/postgres']],
    ['a missing letter', 'githb', ['io.x/github']],
    ['a letter too many', 'weathher', ['io.x/weather']],
    ['two letters that changed places', 'psotgres', ['io.x/postgres']],
    ['a wrong first letter', 'eeather', ['io.x/weather']],
    ['a wrong letter at the start of a longer word', 'forfc', ['io.x/weather']],
    ['an error in one of two words', 'releases postgers', ['io.x/postgres']],
    ['two errors', 'psotgers', []],
    ['too short a word', 'zit', []],
    ['a sign that is no letter', 'weathe*', []],
  ])('forgives one error: %s', async (_, text, found) => {
    expect(await search(text)).toEqual(found);
  });

  it('stays empty when its words are there, but not together', async () => {
    expect(await search('weather releases')).toEqual([]);
    expect(await search('weather', 'code')).toEqual([]);
  });

  it('is not repeated when something matches exactly', async () => {
    expect(await search('release')).toEqual(['io.x/github', 'io.x/postgres']);
    expect(await search('issue')).toEqual(['io.x/github']);
  });
});
