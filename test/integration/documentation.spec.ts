import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNSUPPORTED_FEATURES } from '../../src/config/config-support.js';
import { loadConfig } from '../../src/config/config.loader.js';
import { readRegistry } from '../../src/model/registry-reader.js';
import { type Block, blocksOf, read, ROOT } from '../support/pages.js';
import { runProgram, type RunningProgram, startServer } from '../support/program.js';

const PROGRAM = 'dist/main.js';
/** The address that the documentation writes for a server started without flags. */
const DOCUMENTED_ORIGIN = 'http://127.0.0.1:8080';
/** What stands for the parameters of routes: entries of the sample registry. */
const PARAMETERS: Readonly<Record<string, string>> = {
  '/servers/{name}': '/servers/com.example.weather%2Fforecast',
  '{namespace}/{name}': 'com.example.ops/incident-review',
  '{version}': '1.0.0',
  '{registry}': 'default',
};

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

function section(markdown: string, title: string): string {
  return markdown.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
}

/** The cells of the first column and the whole row, of every table row. */
function rowsOf(markdown: string): { first: string; row: string }[] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line));
  return rows.map((row) => ({ first: row.split('|')[1]?.trim() ?? '', row }));
}

function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

function flagsIn(text: string): string[] {
  return [...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag);
}

/** The commands of a shell block, as words; comments and quotes are gone. */
function commandsOf(block: Block): string[][] {
  const lines = block.text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function linksOf(file: string): string[] {
  const prose = read(file)
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

const README = read('README.md');
const DOCUMENTATION = ['README.md', ...markdownIn('docs')];
const ALL_MARKDOWN = ['', 'docs', 'bench'].flatMap(markdownIn);
const blocks = DOCUMENTATION.flatMap((file) => blocksOf(file).map((block) => ({ file, block })));
const yaml = blocks.filter(({ block }) => block.kind === 'yaml');
const shell = blocks
  .filter(({ block }) => block.kind.startsWith('sh'))
  .flatMap(({ file, block }) =>
    commandsOf(block).map((words) => ({ file, words, isRunnable: block.kind === 'sh runnable' })),
  );

let scratch = '';
let server: RunningProgram;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'documentation-'));
  server = await startServer([], { cwd: ROOT });
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    if ((await fetch(`${server.url}/readiness`)).ok) return;
  }
  throw new Error(`The server is not ready:\n${server.stderr()}`);
});

afterAll(async () => {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const helpPages = new Map<string, Promise<string>>();

/** The help page of the program, or of a command: `migrate up`. */
function helpOf(command?: string): Promise<string> {
  const args = [...(command === undefined ? [] : command.split(' ')), '--help'];
  const page = helpPages.get(args.join(' ')) ?? runProgram(args).then(({ stdout }) => stdout);
  helpPages.set(args.join(' '), page);
  return page;
}

async function commandNames(): Promise<string[]> {
  const [, list = ''] = (await helpOf()).split('Commands:\n');
  const names = [...(list.split('\n\n')[0] ?? '').matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name);
  return names.filter((name) => name !== 'help');
}

/** Those of `flags` that the help page of a command does not have. */
async function unknownFlags(command: string, flags: readonly string[]): Promise<string[]> {
  const known = flagsIn(await helpOf(command));
  return flags.filter((flag) => !known.includes(flag));
}

/** What a command line names and is not there: scripts, files, commands and flags. */
async function unknownIn([program = '', first = '', second = '', ...rest]: readonly string[]): Promise<
  string[]
> {
  const flags = flagsIn(rest.join(' '));
  if (program === 'curl') return [];
  if (program === 'npm') {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const script = first === 'run' ? second : first;
    if (scripts[script] === undefined) return [script];
    return script === 'start' ? unknownFlags('serve', flags) : [];
  }
  if (program !== 'node') return [program];
  if (first !== PROGRAM) return existsSync(join(ROOT, first)) ? [] : [first];
  const command = second === 'migrate' || second === 'view' ? `${second} ${rest[0]}` : second;
  return (await commandNames()).includes(second) ? unknownFlags(command, flags) : [second];
}

it('there is something to check', () => {
  expect(yaml.length).toBeGreaterThanOrEqual(4);
  expect(shell.filter(({ isRunnable }) => isRunnable).length).toBeGreaterThan(15);
  expect(ALL_MARKDOWN.flatMap(linksOf).length).toBeGreaterThan(10);
});

describe('YAML', () => {
  it.each(yaml.map(({ file, block }, index) => [file, index, block.text] as const))(
    '%s, block %i, is a configuration whose files can be read',
    async (_file, index, text) => {
      const path = join(scratch, `${index}.yaml`);
      writeFileSync(path, text);

      const { config } = await loadConfig({ path, env: {}, strictKeys: true });
      const contents = config.sources.map((source) => {
        const { data, path: file } = source.kind === 'file' ? source.file : {};
        return readRegistry(data ?? read(file ?? ''));
      });

      expect(contents.flatMap(({ refused }) => refused)).toEqual([]);
      expect(contents.flatMap(({ documents }) => documents).length).toBeGreaterThan(0);
    },
  );
});

describe('links', () => {
  it.each(ALL_MARKDOWN.flatMap((file) => linksOf(file).map((target) => [file, target] as const)))(
    '%s to %s',
    (file, target) => {
      const [path = '', anchor] = target.split('#', 2);
      const destination = path === '' ? file : join(dirname(file), path);
      const isThere = existsSync(join(ROOT, destination));
      const isHeading = anchor === undefined || (isThere && anchorsOf(destination).includes(anchor));

      expect({ isThere, isHeading }).toEqual({ isThere: true, isHeading: true });
    },
  );
});

describe('shell commands', () => {
  const runnable = shell
    .filter(({ isRunnable }) => isRunnable)
    .map(({ file, words }) => [file, words] as const);

  it.each(shell.map(({ file, words }) => [file, words] as const))('%s: %j is there', async (_file, words) => {
    expect(await unknownIn(words)).toEqual([]);
  });

  it('that are marked as runnable ask the server or run the program', () => {
    const others = runnable.filter(([, [first, second]]) => first !== 'curl' && second !== PROGRAM);

    expect(others).toEqual([]);
  });

  it.each(runnable.filter(([, [first]]) => first === 'curl'))('%s: %j is answered', async (_file, words) => {
    const response = await fetch((words.at(-1) ?? '').replace(DOCUMENTED_ORIGIN, server.url));

    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/./)]);
  });

  it.each(runnable.filter(([, [first]]) => first === 'node'))('%s: %j works', async (_file, words) => {
    const args = words.slice(2).map((word) => word.replace(DOCUMENTED_ORIGIN, server.url));

    const { code, stderr } = await runProgram(args, { cwd: ROOT });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('README.md', () => {
  const routes = rowsOf(section(README, 'Routes')).flatMap(({ first }) =>
    codeSpans(first).filter((code) => code.startsWith('GET ')),
  );
  const commands = rowsOf(section(README, 'Commands')).filter(({ first }) => first.startsWith('`'));

  it.each(routes)('%s answers', async (route) => {
    const path = Object.entries(PARAMETERS).reduce(
      (text, [parameter, value]) => text.replace(parameter, value),
      route.slice('GET '.length),
    );

    const response = await fetch(`${server.url}${path}`);
    await response.arrayBuffer();

    expect(path).not.toContain('{');
    expect(response.status).toBe(200);
  });

  it('has routes and every command of the program, and no other', async () => {
    const named = commands.map(({ first }) => /\w+/.exec(first)?.[0]);

    expect(routes.length).toBeGreaterThan(10);
    expect(named).toEqual(await commandNames());
  });

  it.each(commands.map(({ first, row }) => [/\w+/.exec(first)?.[0] ?? '', flagsIn(row)] as const))(
    '%s has the flags %j',
    async (command, flags) => {
      expect(await unknownFlags(command, flags)).toEqual([]);
    },
  );

  it('names exactly what is not supported yet', () => {
    const named = rowsOf(section(README, 'Status')).flatMap(({ first }) => codeSpans(first));

    expect(named.sort()).toEqual(UNSUPPORTED_FEATURES.map(({ key }) => key).sort());
  });
});
