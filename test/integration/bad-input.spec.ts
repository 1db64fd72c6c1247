import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { fileSource, serverJson } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';

let db: EmbeddedDatabase;
let sync: SyncService;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
  const providers = new Map([['file' as const, new FileProvider()]]);
  sync = new SyncService(providers, db.sources, db.entries, db.writer, systemClock);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.clear();
  await db.sources.reconcile([{ name: 'one', kind: 'file' }]);
});

function round(data: string) {
  const known = { sourceRevision: null, rulesFingerprint: null };
  const request = { signal: AbortSignal.timeout(30_000), nextAttempt: new Date(), known };
  return sync.run({ ...request, source: fileSource({ data }) });
}

interface QuarantineRow {
  readonly name: string | null;
  readonly pointer: string;
  readonly problems: string;
}

function quarantine(): Promise<QuarantineRow[]> {
  return db.dataSource.query('SELECT name, pointer, problems FROM quarantine ORDER BY id');
}

async function aliveNames(): Promise<string[]> {
  return (await db.heads('one')).filter(({ isDropped }) => !isDropped).map(({ name }) => name);
}

const GOOD = Array.from({ length: 999 }, (_, index) => JSON.stringify(serverJson(`good/${index}`)));
const PLACE = 500;

/** A list response with one thousand items, the hostile one in the middle. */
function amongGood(hostile: string): string {
  return `{"servers":[${[...GOOD.slice(0, PLACE), hostile, ...GOOD.slice(PLACE)].join(',')}]}`;
}

const bad = (more: object) => JSON.stringify({ ...serverJson('bad/one'), ...more });

describe('one hostile document among a thousand is quarantined, and all others are kept', () => {
  it.each<[string, string, string]>([
    ['no object', '"text"', ''],
    ['null', 'null', ''],
    ['an empty object', '{}', ''],
    ['an empty description', bad({ description: '' }), '/description'],
    ['a version that is a number', bad({ version: 1 }), '/version'],
    ['the version latest', bad({ version: 'latest' }), '/version'],
    ['a version range', bad({ version: '^1.2.3' }), '/version'],
    ['a version of 256 characters', bad({ version: '1'.repeat(256) }), '/version'],
    ['a version with a line break', bad({ version: '1.0\n0' }), '/version'],
    ['no name', bad({ name: undefined }), '/name'],
    ['a name that is a path', bad({ name: '../../etc/passwd' }), '/name'],
    ['a name with a NUL', bad({ name: 'bad/\u0000' }), '/name'],
    ['packages that are no list', bad({ packages: {} }), '/packages'],
    ['a package that is null', bad({ packages: [null] }), '/packages/0'],
    ['a remote without address', bad({ remotes: [{ type: 'sse' }] }), '/remotes/0/url'],
    ['a member twice', '{"name":"bad/one","description":"d","version":"1.0.0","name":"bad/two"}', '/name'],
    [
      'a depth of 10,000',
      `{"name":"bad/one","version":"1.0.0","description":"d","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      '/x',
    ],
    ['more than a megabyte', bad({ x: 'x'.repeat(1_100_000) }), ''],
    ['half a surrogate pair', bad({}).replace('What', String.raw`\ud800`), '/description'],
  ])('%s', async (_what, hostile, pointer) => {
    const result = await round(amongGood(hostile));

    expect(result).toMatchObject({ outcome: 'changed', round: { plan: { added: 999 } } });
    expect(await aliveNames()).toHaveLength(999);
    const [row, ...others] = await quarantine();
    expect(others).toEqual([]);
    expect(row?.pointer).toBe(`/servers/${PLACE}`);
    const problems = JSON.parse(row?.problems ?? '[]') as { pointer: string; reason: string }[];
    expect(problems.map((problem) => problem.pointer).some((at) => at.startsWith(pointer))).toBe(true);
    expect(problems.every(({ reason }) => reason.trim() !== '')).toBe(true);
  });

  it('a second document of the same name and version', async () => {
    await round(amongGood(JSON.stringify(serverJson('good/0', '1.0.0', { title: 'second' }))));

    expect(await aliveNames()).toHaveLength(999);
    expect(await quarantine()).toMatchObject([{ name: 'good/0', pointer: `/servers/${PLACE}` }]);
  });

  it('leaves quarantine when it is mended', async () => {
    await round(amongGood(bad({ description: '' })));
    await round(amongGood(bad({})));

    expect(await quarantine()).toEqual([]);
    expect(await aliveNames()).toHaveLength(1000);
  });

  it('leaves the last good one in place until the source drops it', async () => {
    await round(amongGood(bad({})));
    await round(amongGood(bad({ description: '' })));
    expect(await aliveNames()).toContain('bad/one');

    await round(amongGood(JSON.stringify(serverJson('good/999'))));
    expect(await aliveNames()).not.toContain('bad/one');
  });
});

describe('names that mean something elsewhere are plain text', () => {
  it.each(['__proto__/x', 'constructor/prototype', 'a/__proto__', '-./..-', 'a/NULL', 'A/A'])(
    '%s',
    async (name) => {
      await round(JSON.stringify({ servers: [serverJson(name), serverJson('good/one')] }));

      const refused = (await quarantine()).length;
      expect((await aliveNames()).length + refused).toBe(2);
      expect(await aliveNames()).toContain('good/one');
    },
  );
});
