import { afterEach, describe, expect, it } from 'vitest';
import type { FetchedFile } from '../../src/sources/source-provider.js';
import { FetchedTexts } from '../../src/sync/fetched-texts.js';
import type { ReaderRules, RoundLists } from '../../src/sync/round-reader.js';
import { RoundThread } from '../../src/sync/round-thread.js';
import { changeOf, RoundInPlace, type RoundWork } from '../../src/sync/round-work.js';
import { registryFile, serverJson } from '../support/documents.js';

const NOW = new Date('2026-03-02T08:00:00Z');
const NAMED = ['server', 'a/s1', '1.0.0', 'c', 's', 'active', null];
const HEAD = JSON.stringify([...NAMED, NOW.getTime(), NOW.getTime(), NOW.getTime(), true, false]);
const RULES: ReaderRules = { scope: 'everything', filter: { names: { exclude: ['x/*'] } } };

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function threadOf(files: readonly FetchedFile[]): Promise<RoundThread> {
  const texts = new FetchedTexts();
  opened.push(texts);
  await texts.take(files, new AbortController().signal);
  const thread = new RoundThread(
    { rules: RULES, spooled: await texts.inScratch() },
    new AbortController().signal,
  );
  opened.push(thread);
  return thread;
}

/** All that comes of a round. */
async function outcome(work: RoundWork) {
  await work.store(`[${HEAD}]`);
  const plan = await work.read(NOW, () => undefined);
  const change = changeOf(work, plan, () => undefined);
  const lists: Record<string, unknown[]> = {};
  for (const list of ['writes', 'drops', 'marks', 'refused'] as const) {
    lists[list] = [];
    for await (const rows of change[list]() as AsyncIterable<readonly RoundLists[typeof list][]>) {
      lists[list].push(...rows);
    }
  }
  return { plan, lists, change };
}

const file = (index: number, text: string): FetchedFile => ({ origin: `${index}.json`, text });

const files = [
  registryFile([serverJson('a/s1'), serverJson('a/s2', '1.0.0', { title: 'ü 😀' }), { name: 'b/b' }]),
  registryFile([serverJson('a/s1'), serverJson('a/s1', '2.0.0'), serverJson('x/x')]),
  JSON.stringify({
    servers: [
      {
        server: serverJson('c/c'),
        _meta: {
          'io.modelcontextprotocol.registry/official': {
            status: 'deprecated',
            publishedAt: '2025-01-01T00:00:00.123Z',
          },
        },
      },
    ],
  }),
].map((text, index) => file(index, text));

describe('a round in a thread', () => {
  it('finds what it would find in place', async () => {
    const inPlace = await outcome(new RoundInPlace(RULES, files));
    const inThread = await outcome(await threadOf(files));

    expect(inThread.plan).toEqual(inPlace.plan);
    expect(inThread.lists).toEqual(inPlace.lists);
    expect(inThread.lists['writes']).toHaveLength(4);
    expect(inThread.lists['refused']).toHaveLength(2);
  });

  it('gives its change again, as often as a transaction is tried', async () => {
    const { change, lists } = await outcome(await threadOf(files));

    for await (const rows of change.writes()) if (rows.length > 0) break;
    const again: unknown[] = [];
    for await (const rows of change.writes()) again.push(...rows);

    expect(again).toEqual(lists['writes']);
  });

  it.each([0, 1])('reads a long file as it was fetched, wherever it is cut (%i)', async (offset) => {
    // Each of these characters is two units, so that one offset has a cut inside of one.
    const text = 'x'.repeat(offset) + '😀'.repeat(230_000);
    const servers = ['a/long', 'b/long', 'c/long'].map((name) =>
      serverJson(name, '1.0.0', { 'x-text': text }),
    );

    const { plan, change } = await outcome(await threadOf([file(1, registryFile(servers))]));

    const documents: string[] = [];
    for await (const rows of change.writes())
      documents.push(...rows.map(({ document }) => document.document));
    expect(plan.added).toBe(3);
    // As one truth value: the difference would be megabytes long.
    expect(documents.join() === servers.map((server) => JSON.stringify(server)).join()).toBe(true);
  });

  it('tells what is wrong with a file as it would in place', async () => {
    const broken = [...files, file(9, '{"servers":[}')];
    const inPlace = await outcome(new RoundInPlace(RULES, broken)).catch((error: unknown) => error);
    const inThread = await outcome(await threadOf(broken)).catch((error: unknown) => error);

    expect(inThread).toMatchObject({ ...(inPlace as object) });
    expect(inThread).toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(/^9\.json/),
    });
  });

  it('refuses everything after its end', async () => {
    const thread = await threadOf(files);
    await thread.close();

    await expect(thread.read(NOW, () => undefined)).rejects.toMatchObject({ code: 'source-unavailable' });
  });
});
