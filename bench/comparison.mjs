import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDatabase } from './bench-database.mjs';
import { makeSite } from './bench-site.mjs';
import { stop } from './child-processes.mjs';
import { median } from './medians.mjs';
import { startPostgresql } from './postgresql.mjs';
import { prepareScenarios, SCENARIOS } from './scenarios.mjs';
import { startAndMeasure } from './start-measurement.mjs';
import { measureInTurns } from './turns.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHOWN_CHANGE = 0.1;
let directory;
let database;

/** Removes the other revision and its database; synchronous, for the end of the process. */
export function removeComparison() {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  database?.cleanUp();
}

/**
 * Builds another revision beside this one and measures both in turns on the same catalogue, each on a database of its
 * own. Uses the installed packages for both.
 * @param {{ revision: string, sizes: number[], rounds: number, seconds: number }} options
 * @returns {Promise<string>} a report in which costs that differ by more than a tenth are marked
 */
export async function compareWith({ revision, sizes, rounds, seconds }) {
  directory = mkdtempSync(join(tmpdir(), 'registry-bench-'));
  const program = await build(revision);
  database = await startPostgresql();
  const sections = [];
  try {
    for (const entries of sizes) sections.push(await compareAt(entries, program, { rounds, seconds }));
  } finally {
    await database.remove();
  }
  return [`CPU time for one request: this tree against ${revision}`, ...sections].join('\n\n');
}

async function build(revision) {
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  const archive = execFileSync('git', ['archive', '--format=tar', revision], {
    cwd: ROOT,
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  execFileSync('tar', ['-x', '-C', tree], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  console.error(`building ${revision}`);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: tree, stdio: 'inherit' });
  if (!existsSync(join(tree, 'scripts/bundle.mjs'))) return join(tree, 'dist/src/main.js');
  const { bundleProgram } = await import(join(tree, 'scripts/bundle.mjs'));
  await bundleProgram(tree);
  return join(tree, 'dist/main.js');
}

async function compareAt(entries, program, lengths) {
  const place = mkdtempSync(join(directory, 'site-'));
  const site = await makeSite({ directory: place, entries });
  const subjects = [];
  for (const [index, one] of [undefined, program].entries()) {
    const { block } = await createDatabase(database.url, `compare_${entries}_${index}`);
    subjects.push(await startAndMeasure(site.configure({ database: block }), one));
  }
  const rows = [];
  for (const scenario of await prepareScenarios(subjects[0].base, SCENARIOS)) {
    if (scenario.skipped !== undefined) continue;
    rows.push(row(scenario, await measureInTurns(scenario, subjects, lengths)));
    console.error(rows.at(-1));
  }
  await Promise.all(subjects.map(({ server }) => stop(server.child)));
  return [
    `${entries.toLocaleString('en')} entries`,
    '',
    '| Request | CPU µs now | before | change | |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function row({ id }, measured) {
  const [now, before] = measured.map((rounds) =>
    median(rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)),
  );
  // Of each round, because both turns of it met the same machine.
  const change = median(
    measured[0].map((round, index) => round.cpuMicroseconds / measured[1][index].cpuMicroseconds - 1),
  );
  const mark = Math.abs(change) <= SHOWN_CHANGE ? '' : change > 0 ? '**dearer**' : '**cheaper**';
  const percent = `${change > 0 ? '+' : ''}${(change * 100).toFixed(0)} %`;
  return `| ${id} | ${now.toFixed(1)} | ${before.toFixed(1)} | ${percent} | ${mark} |`;
}
