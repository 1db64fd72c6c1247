import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isDomainError } from '../../src/common/domain-error.js';
import { StoreLock } from '../../src/database/store-lock.js';

/** Waits for a line, takes the lock, says how that went, and holds it until it is killed. */
const HOLDER = `
  const { StoreLock } = await import(process.argv[2]);
  process.stdout.write('ready\\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const answer = await StoreLock.take(process.argv[1]).then(() => 'taken', (error) => error.code);
  process.stdout.write(answer + '\\n');
`;
const BUILT_LOCK = new URL('../../dist/src/database/store-lock.js', import.meta.url).href;

let directory: string;
const children = new Set<ChildProcessWithoutNullStreams>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'));
});

afterEach(async () => {
  await Promise.all([...children].map(kill));
  await rm(directory, { recursive: true });
});

function startHolder(): { child: ChildProcessWithoutNullStreams; says: (word: RegExp) => Promise<string> } {
  const args = ['--input-type=module', '-e', HOLDER, directory, BUILT_LOCK];
  const child = spawn(process.execPath, args);
  children.add(child);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const says = (word: RegExp) => vi.waitUntil(() => word.exec(said)?.[0], { timeout: 20_000, interval: 5 });
  return { child, says };
}

async function kill(child: ChildProcessWithoutNullStreams): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}

/** Leaves the socket of a holder that is no more. */
async function leaveDeadLock(): Promise<void> {
  const server = createServer().listen(join(directory, 'made.sock'));
  await once(server, 'listening');
  await rename(join(directory, 'made.sock'), join(directory, 'lock.sock'));
  await new Promise((resolve) => server.close(resolve));
}

/** How many of `count` attempts at once got the lock. */
async function race(count: number): Promise<StoreLock[]> {
  const attempts = await Promise.allSettled(Array.from({ length: count }, () => StoreLock.take(directory)));
  const reasons = attempts.flatMap((attempt) =>
    attempt.status === 'rejected' ? [attempt.reason as unknown] : [],
  );
  expect(reasons.filter((reason) => !isDomainError(reason, 'store-locked'))).toEqual([]);
  return attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
}

describe('a lock that is held', () => {
  it('is refused with the directory and what to do', async () => {
    const lock = await StoreLock.take(directory);

    await expect(StoreLock.take(directory)).rejects.toMatchObject({
      code: 'store-locked',
      message: expect.stringMatching(new RegExp(`${directory}.*fileStorage.baseDir`)),
    });

    await lock.release();
  });

  it('is free after its release, which leaves nothing behind', async () => {
    const lock = await StoreLock.take(directory);
    await lock.release();

    expect(await readdir(directory)).toEqual([]);
    await (await StoreLock.take(directory)).release();
  });

  it('does not keep its process alive', async () => {
    const { child, says } = startHolder();
    await says(/ready/);
    child.stdin.end('go\n');

    await once(child, 'close');

    expect(child.exitCode).toBe(0);
  });

  it.each([
    ['characters', 'x'.repeat(100)],
    ['bytes', 'é'.repeat(50)],
  ])('is refused where the path has too many %s, which the system would cut', async (_what, name) => {
    const long = await mkdtemp(join(directory, name));

    await expect(StoreLock.take(long)).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/too long.*fileStorage.baseDir/),
    });

    expect(await readdir(long)).toEqual([]);
  });

  it('is held by another process until that is killed, and free at once afterwards', async () => {
    const { child, says } = startHolder();
    await says(/ready/);
    child.stdin.write('go\n');
    await says(/taken/);
    await expect(StoreLock.take(directory)).rejects.toMatchObject({ code: 'store-locked' });

    await kill(child);

    await (await StoreLock.take(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('the lock of a process that is no more', () => {
  it('goes to exactly one of many attempts at once', async () => {
    for (let round = 0; round < 100; round += 1) {
      await leaveDeadLock();

      const winners = await race(8);

      expect(winners).toHaveLength(1);
      await expect(StoreLock.take(directory)).rejects.toMatchObject({ code: 'store-locked' });
      await winners[0]?.release();
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('goes to exactly one of several processes', async () => {
    for (let round = 0; round < 3; round += 1) {
      await leaveDeadLock();
      const holders = Array.from({ length: 5 }, startHolder);
      await Promise.all(holders.map(({ says }) => says(/ready/)));

      for (const { child } of holders) child.stdin.write('go\n');
      const answers = await Promise.all(holders.map(({ says }) => says(/taken|store-locked|Error.*/)));

      expect(answers.sort()).toEqual([...Array<string>(4).fill('store-locked'), 'taken']);
      await Promise.all(holders.map(({ child }) => kill(child)));
    }
  });

  it('is free again when a process died while taking it over', async () => {
    await leaveDeadLock();
    const mark = join(directory, 'lock.sock.takeover');
    await writeFile(mark, '');
    await utimes(mark, new Date(0), new Date(0));

    await (await StoreLock.take(directory)).release();

    expect(await readdir(directory)).toEqual([]);
  });
});
