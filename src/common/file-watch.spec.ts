import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FileWatch, watchFile } from './file-watch.js';

let directory: string;
let path: string;
let watch: FileWatch | undefined;
let changes: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watch-'));
  path = join(directory, 'registry.json');
  changes = 0;
});

afterEach(async () => {
  watch?.close();
  await rm(directory, { recursive: true });
});

/** Starts watching files that are too old to be mistaken for ones that are being written. */
async function start(watched = path): Promise<void> {
  await sleep(150);
  watch = watchFile(
    watched,
    () => (changes += 1),
    (reason) => expect.unreachable(reason),
  );
  await sleep(100);
  expect(changes).toBe(0);
}

/** Does something and waits until it was told, which is false when it never is. */
async function isSeen(action: () => void): Promise<boolean> {
  const before = changes;
  action();
  const told = vi.waitUntil(() => changes > before, { timeout: 3_000, interval: 10 });
  const seen = await told.catch(() => false);
  await sleep(250);
  return seen;
}

describe('a change is seen', () => {
  it('of a file written in place, again and again', async () => {
    writeFileSync(path, 'one');
    await start();

    expect(await isSeen(() => writeFileSync(path, 'two'))).toBe(true);
    expect(await isSeen(() => writeFileSync(path, '222'))).toBe(true);
    expect(await isSeen(() => appendFileSync(path, '3'))).toBe(true);
  });

  it('of a file replaced by a rename, again and again', async () => {
    writeFileSync(path, 'one');
    await start();

    for (const text of ['two', 'three', 'four']) {
      writeFileSync(join(directory, 'new'), text);
      expect(await isSeen(() => renameSync(join(directory, 'new'), path))).toBe(true);
    }
  });

  it('of a file that goes and comes back', async () => {
    writeFileSync(path, 'one');
    await start();

    expect(await isSeen(() => rmSync(path))).toBe(true);
    expect(await isSeen(() => writeFileSync(path, 'two'))).toBe(true);
    expect(await isSeen(() => writeFileSync(path, 'three'))).toBe(true);
  });

  it('of mounted configuration, which swaps a link to a directory', async () => {
    const mount = (version: string) => {
      mkdirSync(join(directory, version));
      writeFileSync(join(directory, version, 'registry.json'), version);
      symlinkSync(version, join(directory, '..data_tmp'));
      renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    mount('..1');
    symlinkSync(join('..data', 'registry.json'), path);
    await start();

    expect(await isSeen(() => mount('..2'))).toBe(true);
    rmSync(join(directory, '..1'), { recursive: true });
    expect(await isSeen(() => mount('..3'))).toBe(true);
    expect(await isSeen(() => writeFileSync(join(directory, '..3', 'registry.json'), 'in place'))).toBe(true);
  });

  it('behind a link into another directory', async () => {
    mkdirSync(join(directory, 'real'));
    writeFileSync(join(directory, 'real', 'data.json'), 'one');
    symlinkSync(join(directory, 'real', 'data.json'), path);
    await start();

    expect(await isSeen(() => writeFileSync(join(directory, 'real', 'data.json'), 'two'))).toBe(true);
    writeFileSync(join(directory, 'real', 'new'), 'three');
    expect(
      await isSeen(() => renameSync(join(directory, 'real', 'new'), join(directory, 'real', 'data.json'))),
    ).toBe(true);
  });

  it('of directories that are removed and made again', async () => {
    const deep = join(directory, 'a', 'b');
    const write = (text: string) => {
      mkdirSync(deep, { recursive: true });
      writeFileSync(join(deep, 'registry.json'), text);
    };
    write('one');
    await start(join(deep, 'registry.json'));

    expect(await isSeen(() => rmSync(join(directory, 'a'), { recursive: true }))).toBe(true);
    expect(await isSeen(() => write('two'))).toBe(true);
    expect(await isSeen(() => write('three'))).toBe(true);
  });

  it('of a directory that is replaced by another', async () => {
    const write = (name: string) => {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'registry.json'), name);
    };
    write('present');
    await start(join(directory, 'present', 'registry.json'));
    write('next');

    expect(
      await isSeen(() => {
        renameSync(join(directory, 'present'), join(directory, 'former'));
        renameSync(join(directory, 'next'), join(directory, 'present'));
      }),
    ).toBe(true);
    expect(await isSeen(() => writeFileSync(join(directory, 'present', 'registry.json'), 'in place'))).toBe(
      true,
    );
  });

  it('of a file that was not there, nor its directory', async () => {
    await start(join(directory, 'later', 'registry.json'));

    mkdirSync(join(directory, 'later'));
    await sleep(300);
    expect(await isSeen(() => writeFileSync(join(directory, 'later', 'registry.json'), 'one'))).toBe(true);
  });
});

describe('few changes are told', () => {
  it('of a burst of writes', async () => {
    writeFileSync(path, 'one');
    await start();

    expect(
      await isSeen(() => {
        for (let write = 0; write < 100; write += 1) writeFileSync(path, `${write}`);
      }),
    ).toBe(true);

    expect(changes).toBeLessThanOrEqual(2);
  });

  it('of writing that does not stop, and yet some', async () => {
    writeFileSync(path, 'one');
    await start();

    for (let write = 0; write < 60; write += 1) {
      writeFileSync(path, `${write}`);
      await sleep(40);
    }

    expect(changes).toBeGreaterThanOrEqual(1);
    expect(changes).toBeLessThanOrEqual(20);
  });

  it('none, of other files in the directory', async () => {
    writeFileSync(path, 'one');
    await start();

    writeFileSync(join(directory, 'other.json'), 'x');
    await sleep(400);

    expect(changes).toBe(0);
  });

  it('none, once it is closed', async () => {
    writeFileSync(path, 'one');
    await start();

    writeFileSync(path, 'two');
    watch?.close();
    writeFileSync(path, 'three');
    await sleep(400);

    expect(changes).toBe(0);
  });
});

it('what cannot be watched is no failure', async () => {
  writeFileSync(path, 'one');

  await start('/proc/self/fd/no/such/file');
  await start(join(path, 'below', 'a', 'file'));

  expect(changes).toBe(0);
});
