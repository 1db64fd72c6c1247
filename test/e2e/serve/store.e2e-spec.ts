import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram, startServer } from '../../support/program.js';
import { listedTitles, makeSite, type Site, STATE_SIZE, withoutLog } from './site.js';

let site: Site;

beforeEach(async () => {
  site = await makeSite();
  await site.writeState(1);
});

afterEach(() => site.remove());

async function untilFilled(url: string): Promise<void> {
  await vi.waitFor(async () => expect(await listedTitles(url)).toHaveLength(STATE_SIZE), { timeout: 20_000 });
}

describe('a store in use', () => {
  it('is refused to a second server, which harms nothing, and free at once after kill -9', async () => {
    const first = await startServer(site.args);
    await untilFilled(first.url);

    const second = await runProgram(['serve', ...site.args, '--port', '0']);
    expect(second.code).toBe(1);
    expect(withoutLog(second.stderr)).toMatch(
      /^error: Another process uses the embedded store in .*fileStorage\.baseDir\n$/,
    );
    expect(await listedTitles(first.url)).toHaveLength(STATE_SIZE);

    await first.stop('SIGKILL');
    const third = await startServer(site.args);
    expect(await listedTitles(third.url)).toHaveLength(STATE_SIZE);
    expect(await third.stop()).toBe(0);
  });

  it('goes to exactly one of several servers that start after kill -9', async () => {
    const first = await startServer(site.args);
    await first.stop('SIGKILL');

    const starts = await Promise.allSettled(Array.from({ length: 3 }, () => startServer(site.args)));

    const [winner, ...others] = starts.flatMap((start) =>
      start.status === 'fulfilled' ? [start.value] : [],
    );
    expect(others).toEqual([]);
    expect(await winner?.stop()).toBe(0);
  });

  it('leaves its lock to nobody after an orderly end', async () => {
    const server = await startServer(site.args);
    expect(await server.stop()).toBe(0);

    expect(await readdir(join(site.directory, 'data'))).toEqual(['sources', 'store']);
  });
});

describe('a store that cannot be', () => {
  it('is kept in memory with one warning where nothing can be written', async () => {
    await site.remove();
    site = await makeSite({ baseDir: 'file/data' });
    await site.writeState(1);
    await writeFile(join(site.directory, 'file'), '');

    const server = await startServer(site.args);
    await untilFilled(server.url);

    const warnings = server
      .stderr()
      .split('\n')
      .filter((line) => line.includes('"level":"warn"'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/file\/data is not writable: the store is kept in memory/);
    expect(await server.stop()).toBe(0);
  });

  it('of another engine is one line and exit 1', async () => {
    const server = await startServer(site.args);
    expect(await server.stop()).toBe(0);
    await writeFile(join(site.directory, 'data', 'store', 'PG_VERSION'), '17\n');

    const { code, stderr } = await runProgram(['serve', ...site.args, '--port', '0']);

    expect(code).toBe(1);
    expect(withoutLog(stderr)).toMatch(
      /^error: The embedded store in .* was made by engine version 17; .*\n$/,
    );
  });
});
