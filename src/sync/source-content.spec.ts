import { describe, expect, it } from 'vitest';
import { registryFile, registryFileOf, serverJson } from '../../test/support/documents.js';
import { keepingRefusals, readFiles } from './source-content.js';

const file = (origin: string, text: string) => ({ origin, text });

describe('the files of a source', () => {
  it('are one catalogue', async () => {
    const content = await readFiles(
      [file('a.json', registryFileOf('a/a')), file('b.json', registryFileOf('b/b'))],
      undefined,
    );

    expect(content.documents.map(({ name }) => name)).toEqual(['a/a', 'b/b']);
    expect(content.refused).toEqual([]);
  });

  it('keep the first of a version that is in two of them, and say where the other is', async () => {
    const first = registryFile([serverJson('a/a', '1.0.0', { title: 'first' })]);
    const second = registryFile([
      serverJson('a/a', '1.0.0', { title: 'second' }),
      serverJson('a/a', '2.0.0'),
    ]);

    const { documents, refused } = await readFiles(
      [file('a.json', first), file('b.json', second)],
      undefined,
    );

    expect(documents.map(({ version, facets }) => [version, facets.title])).toEqual([
      ['1.0.0', 'first'],
      ['2.0.0', undefined],
    ]);
    expect(refused).toMatchObject([
      { name: 'a/a', version: '1.0.0', problems: [{ reason: expect.stringContaining('b.json') }] },
    ]);
  });

  it('fail together when one of them is broken, which is named', async () => {
    await expect(
      readFiles([file('a.json', registryFileOf('a/a')), file('b.json', '{')], undefined),
    ).rejects.toMatchObject({ code: 'invalid-source-data', message: expect.stringMatching(/^b\.json: /) });
  });

  it('fail when they are not in the configured format', async () => {
    await expect(readFiles([file('a.json', registryFileOf('a/a'))], 'toolhive')).rejects.toMatchObject({
      code: 'invalid-source-data',
    });
  });

  it('are read as they come, and no further than to one that is broken', async () => {
    const asked: string[] = [];
    async function* arriving() {
      for (const [origin, text] of [
        ['a', registryFileOf('a/a')],
        ['b', '{'],
        ['c', '[]'],
      ] as const) {
        asked.push(origin);
        yield await Promise.resolve(file(origin, text));
      }
    }

    await expect(readFiles(arriving(), undefined)).rejects.toMatchObject({ code: 'invalid-source-data' });

    expect(asked).toEqual(['a', 'b']);
  });
});

describe('refused documents that keep what is stored', () => {
  const broken = (name: string) => serverJson(name, '1.0.0', { description: '' });

  it('are those of which nothing else was read', async () => {
    const content = await readFiles(
      [file('a', registryFile([serverJson('a/a'), serverJson('a/a'), broken('b/b')]))],
      undefined,
    );

    expect(content.refused).toHaveLength(2);
    expect(keepingRefusals(content, undefined).map(({ name }) => name)).toEqual(['b/b']);
  });

  it('are not those that the filter excludes by name', async () => {
    const content = await readFiles([file('a', registryFile([broken('a/a'), broken('b/b')]))], undefined);
    const filter = { names: { exclude: ['a/*'] }, tags: { include: ['x'] } };

    expect(keepingRefusals(content, filter).map(({ name }) => name)).toEqual(['b/b']);
  });
});
