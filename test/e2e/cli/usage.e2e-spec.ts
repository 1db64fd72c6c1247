import { describe, expect, it } from 'vitest';
import { runProgram } from '../../support/program.js';

describe('help', () => {
  it.each([[[]], [['--help']], [['help']]])('%j prints the commands there are', async (args) => {
    const { code, stdout } = await runProgram(args);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: thv-registry-api /);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:\|[a-z-]+)? (?:\[|<| {2})/gm)].map(
      ([, name]) => name,
    );
    expect(commands).toEqual('serve validate sync migrate prime view healthcheck version help'.split(' '));
  });

  it('of a command names its flags', async () => {
    const { code, stdout } = await runProgram(['serve', '--help']);

    expect(code).toBe(0);
    const flags = [...stdout.matchAll(/^ +(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toEqual(
      expect.arrayContaining([
        '--config',
        '--address',
        '--host',
        '--port',
        '--socket',
        '--internal-address',
        '--auth-mode',
        '--openapi',
        '--no-openapi',
        '--oidc-issuer',
      ]),
    );
  });
});

describe('wrong usage ends with 2 and one line on standard error', () => {
  it.each([
    [['frobnicate'], 'unknown command'],
    [['serv'], 'Did you mean serve?'],
    [['--frobnicate'], '--frobnicate'],
    [['serve', '--frobnicate'], '--frobnicate'],
    [['serve', '--port'], '--port'],
    [['serve', '--port', '65536'], '65535'],
    [['serve', '--auth-mode', 'magic'], 'anonymous or oauth'],
    [['serve', '--address', ':0', '--host', '127.0.0.1'], '--host'],
    [['serve', 'config.yaml'], 'too many arguments'],
    [['version', '--format', 'xml'], 'text or json'],
    [['version', 'now'], 'too many arguments'],
    [['validate'], 'nothing to validate'],
    [['validate', 'a.json', '--format'], '--format'],
    [['healthcheck', 'nowhere'], 'no address'],
    [['healthcheck', 'http://127.0.0.1', 'more'], 'too many arguments'],
  ])('%j', async (args, expected) => {
    const { code, stdout, stderr } = await runProgram(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(expected);
  });
});

it('serve --auth-mode oauth without a provider is refused with 1, because the server would stand open', async () => {
  const { code, stdout, stderr } = await runProgram(['serve', '--auth-mode', 'oauth']);

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]*oauth[^\n]*/);
});
