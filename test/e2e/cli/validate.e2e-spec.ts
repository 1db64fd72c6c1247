import { mkdtempSync, rmSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram, type ProgramResult } from '../../support/program.js';

const cwd = mkdtempSync(join(tmpdir(), 'validate-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const GOOD = { $schema: SCHEMA, name: 'io.example/good', description: 'Works', version: '1.0.0' };
/** Taken by a sync, but its description is longer than the official registry allows. */
const WORDY = { ...GOOD, name: 'io.example/wordy', description: 'x'.repeat(101) };
/** Refused by a sync: clients drop a page with a server without version. */
const BROKEN = { $schema: SCHEMA, name: 'io.example/broken', description: 'Has no version' };

function validate(...args: readonly string[]): Promise<ProgramResult> {
  return runProgram(['validate', ...args], { cwd });
}

/** Writes a file, objects as indented JSON, and returns its name. */
async function file(name: string, content: unknown): Promise<string> {
  await writeFile(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return name;
}

describe('validate FILE…', () => {
  it('ends with 0 for what sync and the official registry take', async () => {
    const { code, stdout, stderr } = await validate(await file('good.json', { servers: [GOOD] }));

    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '1 files, 1 documents, 0 errors, 0 warnings\n',
      stderr: '',
    });
  });

  it('warns of what only the official registry refuses, with place and code', async () => {
    const { code, stdout } = await validate(await file('wordy.json', { servers: [WORDY] }));

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^wordy\.json:6:22: warning: \/servers\/0\/description: .+ \([a-z-]+\)\n1 files, 1 documents, 0 errors, 1 warnings\n$/,
    );
  });

  it('makes the warning an error with --strict', async () => {
    const { code, stdout, stderr } = await validate(
      '--strict',
      await file('strict.json', { servers: [WORDY] }),
    );

    expect(code).toBe(1);
    expect(stdout).toContain('strict.json:6:22: error: /servers/0/description: ');
    expect(stderr).toBe('error: one error: mend what is listed and validate again\n');
  });

  it('tells every problem of every file, and goes on after files that cannot be read', async () => {
    const broken = await file('broken.json', { data: { servers: [BROKEN, WORDY, { ...BROKEN, name: 7 }] } });
    const notJson = await file('not-json.json', '{\n  "servers": [}\n');
    const yaml = await file('registry.yaml', 'servers:\n  - name: a/a\n   version: 1\n');

    const { code, stdout } = await validate('absent.json', '.', yaml, notJson, broken);

    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('absent.json: error: there is no such file');
    expect(lines[1]).toMatch(/^\.: error: it is a directory/);
    expect(lines[2]).toMatch(/^registry\.yaml:\d:\d+: error: is not valid YAML: /);
    expect(lines[3]).toMatch(/^not-json\.json:2:15: error: /);
    expect(stdout).toMatch(/^broken\.json:4:7: error: \/data\/servers\/0\/version: is missing$/m);
    expect(stdout).toMatch(/^broken\.json:12:24: warning: \/data\/servers\/1\/description: /m);
    expect(stdout).toMatch(/^broken\.json:17:17: error: \/data\/servers\/2\/name: must be a string$/m);
    expect(stdout).toMatch(/^5 files, 3 documents, 7 errors, 1 warnings$/m);
  });

  it('reads YAML, and tells the lines of its problems', async () => {
    const text =
      '# ours\nservers:\n  - name: a/a\n    description: What it does\n    version: 1.10\n  - name: b/b\n' +
      '    description: What it does\n    version: "1.10"\n';

    const { code, stdout } = await validate(await file('servers.yaml', text));

    expect(code).toBe(1);
    expect(stdout).toMatch(/^servers\.yaml:5: error: \/servers\/0\/version: must be a string$/m);
    expect(stdout).toMatch(/^1 files, 2 documents, 1 errors/m);
  });

  it('refuses a file above 100 MiB without reading it', async () => {
    await truncate(join(cwd, await file('large.json', '')), 100 * 1024 * 1024 + 1);

    const { code, stdout } = await validate('large.json');

    expect(code).toBe(1);
    expect(stdout).toMatch(/^large\.json: error: it is larger than 104857600 bytes$/m);
  });

  it('prints one JSON object with --format json', async () => {
    const names = [
      await file('a.json', { servers: [GOOD] }),
      await file('b.json', { servers: [BROKEN, WORDY] }),
    ];

    const { code, stdout } = await validate('--format', 'json', ...names);

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      files: [
        { file: 'a.json', documents: 1, problems: [] },
        {
          file: 'b.json',
          documents: 2,
          problems: [
            { severity: 'error', pointer: '/servers/0/version', line: 3, column: 5, message: 'is missing' },
            {
              severity: 'warning',
              pointer: '/servers/1/description',
              line: 11,
              column: 22,
              code: expect.stringMatching(/^[a-z-]+$/) as string,
              message: expect.stringContaining('100') as string,
            },
          ],
        },
      ],
      errors: 1,
      warnings: 1,
    });
  });
});

describe('validate --config', () => {
  it('checks the configuration and the local files it names', async () => {
    await file('tools.json', { servers: [BROKEN] });
    const config = await file(
      'config.yaml',
      'sources:\n' +
        '  - {name: tools, file: {path: tools.json}, syncPolicy: {interval: 1h}}\n' +
        '  - {name: gone, file: {path: gone.json}, syncPolicy: {interval: 1h}}\n' +
        'registries: [{name: default, sources: [tools, gone]}]\n',
    );

    const { code, stdout } = await validate('--config', config);

    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'tools.json:3:5: error: /servers/0/version: is missing',
      'gone.json: error: there is no such file',
      '3 files, 1 documents, 2 errors, 0 warnings',
      '',
    ]);
  });

  it('says of a source that lies elsewhere that it was not read, and how to', async () => {
    const config = await file(
      'elsewhere.yaml',
      'source: {type: git, git: {repository: "https://git.example.com/a.git", branch: main}}\nsyncPolicy: {interval: 1h}\n',
    );

    const { code, stdout } = await validate('--config', config);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^elsewhere\.yaml: info: source default .* sync default --dry-run/m);
  });

  it('makes an unknown key an error, with its pointer and line', async () => {
    const config = await file(
      'unknown-key.yaml',
      'source: {type: file, file: {path: tools.json}}\nsyncPolicy: {interval: 1h}\nserver:\n  cros: {}\n',
    );

    const { code, stdout } = await validate('--config', config);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^unknown-key\.yaml:4: error: \/server\/cros: /m);
  });

  it('says clearly that there is no such configuration', async () => {
    const { code, stdout } = await validate('--config', 'absent.yaml');

    expect(code).toBe(1);
    expect(stdout).toMatch(/^absent\.yaml: error: .*there is no such file/);
  });
});
