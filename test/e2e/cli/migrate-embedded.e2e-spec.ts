import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MIGRATIONS } from '../../../migrations/index.js';
import { runProgram, startServer } from '../../support/program.js';
import { listedTitles, makeSite, type Site, STATE_SIZE, withoutLog } from '../serve/site.js';

const LAST = MIGRATIONS.at(-1)?.name;

describe('migrate on the embedded store', () => {
  let site: Site;

  beforeEach(async () => {
    site = await makeSite();
    await site.writeState(1);
  });
  afterEach(() => site.remove());

  it('takes back and applies, and the server goes on with what is left', async () => {
    const migrate = (...args: string[]) => runProgram(['migrate', ...args, ...site.args]);
    const down = await migrate('down', '-n', '1', '--yes');
    expect([down.code, down.stdout]).toEqual([0, `took back ${LAST}\n`]);
    expect(down.stderr).toContain('on the embedded store in ');
    const up = await migrate('up', '--yes');
    expect([up.code, up.stdout, up.stderr]).toEqual([0, `applied ${LAST}\n`, '']);
    const server = await startServer(site.args);
    await vi.waitFor(async () => expect(await listedTitles(server.url)).toHaveLength(STATE_SIZE), {
      timeout: 20_000,
    });
    expect(await server.stop()).toBe(0);
  }, 90_000);

  it('beside a server that has it is one line that says what to do instead, and harms nothing', async () => {
    const server = await startServer(site.args);
    for (const args of [['up', '--yes'], ['status']]) {
      const { code, stdout, stderr } = await runProgram(['migrate', ...args, ...site.args]);
      expect([code, stdout]).toEqual([1, '']);
      expect(withoutLog(stderr)).toMatch(
        /^error: Another process uses the embedded store in .* applies what is pending when it starts: .*GET \/readiness.*\n$/,
      );
    }
    await vi.waitFor(async () => expect(await listedTitles(server.url)).toHaveLength(STATE_SIZE), {
      timeout: 20_000,
    });
    expect(await server.stop()).toBe(0);
  }, 90_000);
});
