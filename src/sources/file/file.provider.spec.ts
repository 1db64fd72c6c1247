import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource, type FileSource } from '../../../test/support/documents.js';
import { FileProvider } from './file.provider.js';

const provider = new FileProvider();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-source-'));
});

afterEach(() => rm(directory, { recursive: true }));

function fetchIt(source: FileSource, knownRevision?: string) {
  const signal = AbortSignal.timeout(5_000);
  return provider.fetch(source, { signal, ...(knownRevision !== undefined && { knownRevision }) });
}

describe('paths that are no files', () => {
  it('a directory is refused', async () => {
    await mkdir(join(directory, 'registry.json'));

    await expect(fetchIt(fileSource({ path: join(directory, 'registry.json') }))).rejects.toMatchObject({
      code: 'source-unavailable',
      message: expect.stringMatching(/directory|not a regular file/),
    });
  });

  it.skipIf(process.platform === 'win32')('a FIFO that nobody writes to is refused at once', async () => {
    const path = join(directory, 'fifo');
    execFileSync('mkfifo', [path]);

    await expect(fetchIt(fileSource({ path }))).rejects.toMatchObject({
      code: 'source-unavailable',
      message: expect.stringContaining('not a regular file'),
    });
  });

  it.skipIf(process.platform === 'win32')('a device without end is refused', async () => {
    await expect(fetchIt(fileSource({ path: '/dev/zero' }))).rejects.toMatchObject({
      code: 'source-unavailable',
    });
  });

  it.skipIf(process.platform === 'win32')('a socket is refused', async () => {
    const path = join(directory, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      await expect(fetchIt(fileSource({ path }))).rejects.toMatchObject({ code: 'source-unavailable' });
    } finally {
      server.close();
    }
  });

  it('a missing file names its path and where a relative one starts', async () => {
    const path = join(directory, 'nowhere.json');

    await expect(fetchIt(fileSource({ path }))).rejects.toMatchObject({
      code: 'source-unavailable',
      message: expect.stringMatching(/nowhere\.json does not exist.*working directory/),
    });
  });

  it.skipIf(process.platform === 'win32')('a link is followed, as mounted configuration needs', async () => {
    await writeFile(join(directory, 'data.json'), '[]');
    await symlink('data.json', join(directory, 'registry.json'));

    expect(await fetchIt(fileSource({ path: join(directory, 'registry.json') }))).toMatchObject({
      changed: true,
      files: [{ text: '[]' }],
    });
  });
});

describe('data in the configuration itself', () => {
  it('is fetched like a file, with its own revision', async () => {
    const first = await fetchIt(fileSource({ data: '{"servers":[]}' }));

    expect(first).toMatchObject({ changed: true, bytes: 14, files: [{ text: '{"servers":[]}' }] });
    expect(await fetchIt(fileSource({ data: '{"servers":[]}' }), first.revision)).toMatchObject({
      changed: false,
    });
    expect(await fetchIt(fileSource({ data: '[]' }), first.revision)).toMatchObject({ changed: true });
  });

  it('has the limit too, counted in bytes', async () => {
    await expect(fetchIt(fileSource({ data: '"ää"' }, { maxSize: 5 }))).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringContaining('inline data'),
    });
  });

  it('ends with the signal', async () => {
    await expect(
      provider.fetch(fileSource({ data: '[]' }), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'aborted' });
  });
});

it('a failure leaves no file descriptor open', async () => {
  const path = join(directory, 'registry.json');
  await writeFile(path, 'x'.repeat(100));
  const open = () => readdir('/proc/self/fd').catch(() => []);
  const before = (await open()).length;

  for (let round = 0; round < 50; round += 1) {
    await expect(fetchIt(fileSource({ path }, { maxSize: 10 }))).rejects.toMatchObject({
      code: 'limit-exceeded',
    });
  }

  expect((await open()).length).toBeLessThan(before + 20);
});

describe('YAML', () => {
  it.each([
    ['registry.yaml', '{servers: []}'],
    ['registry.yml', 'servers: []'],
    ['registry', '# any name\nservers: []'],
  ])('in %s is handed on as JSON', async (name, content) => {
    const path = join(directory, name);
    await writeFile(path, content);

    const fetched = await fetchIt(fileSource({ path }));

    expect(fetched).toMatchObject({ changed: true, bytes: content.length });
    expect('files' in fetched && fetched.files[0]?.text.trim()).toBe('{"servers":[]}');
  });

  it('in the configuration is read too', async () => {
    expect(await fetchIt(fileSource({ data: 'servers: []' }))).toMatchObject({
      files: [{ text: '{"servers":[]}' }],
    });
  });

  it('that is broken is refused with file and line', async () => {
    const path = join(directory, 'registry.yaml');
    await writeFile(path, 'servers:\n  - a: [');

    await expect(fetchIt(fileSource({ path }))).rejects.toMatchObject({
      code: 'invalid-source-data',
      message: expect.stringMatching(/registry\.yaml: is not valid YAML: .* at line 2/),
    });
  });
});
