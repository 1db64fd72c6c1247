import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../support/program.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('version', () => {
  it('prints what was built, one line for each fact', async () => {
    const { code, stdout, stderr } = await runProgram(['version']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^version: +${version}\ncommit: +\\S+\nbuild date: +\\S+\nnode version: +v\\S+\nplatform: +\\S+\n$`,
      ),
    );
  });

  it.each([
    [['version', '--format', 'json']],
    // The second spelling goes through the parser of the command line, the first one past it.
    [['version', '--format=json']],
  ])('%j prints exactly the five members of the contract', async (args) => {
    const { code, stdout } = await runProgram(args);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      version,
      commit: expect.stringMatching(/^([0-9a-f]{40}|unknown)$/) as string,
      build_date: expect.stringMatching(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|unknown)$/) as string,
      node_version: process.version,
      platform: `${process.platform}/${process.arch}`,
    });
  });
});
