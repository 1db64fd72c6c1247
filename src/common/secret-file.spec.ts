import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecretFile } from './secret-file.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secret-'));
  path = join(directory, 'token');
});

afterEach(() => rm(directory, { recursive: true }));

describe('readSecretFile', () => {
  it.each([
    ['s3cret', 's3cret'],
    ['  s3cret\r\n\n', 's3cret'],
    ['two words\nand a line\n', 'two words\nand a line'],
    ['\uFEFFs3cret', 's3cret'],
    ['x'.repeat(65_536), 'x'.repeat(65_536)],
  ])('trims %j', async (content, secret) => {
    await writeFile(path, content);

    expect(await readSecretFile(path, 'auth.tokenFile')).toBe(secret);
  });

  it('reads the file of the moment, also behind a link', async () => {
    await writeFile(path, 'one');
    await symlink('token', join(directory, 'link'));
    const read = () => readSecretFile(join(directory, 'link'), 'auth.tokenFile');

    expect(await read()).toBe('one');
    await writeFile(path, 'two');
    expect(await read()).toBe('two');
  });

  it.each([
    ['only white space', ' \n', 'empty'],
    ['too much', 'x'.repeat(65_537), 'larger than 64KiB'],
    ['no text', Uint8Array.of(0x73, 0x33, 0xff), 'not UTF-8'],
  ])('refuses %s by key and path, not by content', async (_what, content, reason) => {
    await writeFile(path, content);

    const error: Error = await readSecretFile(path, 'auth.tokenFile').then(
      () => new Error('succeeded'),
      (failure) => failure,
    );

    expect(error).toMatchObject({ code: 'invalid-configuration' });
    expect(error.message).toMatch(/^auth\.tokenFile: /);
    expect(error.message).toContain(path);
    expect(error.message).toContain(reason);
    expect(error.message).not.toMatch(/xxx|s3/);
  });

  it('refuses a missing file, a directory and, without hanging, a FIFO', async () => {
    const fifo = join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);

    await expect(readSecretFile(path, 'k')).rejects.toThrow('there is no such file');
    await expect(readSecretFile(directory, 'k')).rejects.toThrow(/directory|not a regular file/);
    await expect(readSecretFile(fifo, 'k')).rejects.toThrow('not a regular file');
  });
});
