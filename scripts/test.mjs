/**
 * `npm test [-- PART…]`: sets up what is missing, runs every check and test, and goes on after failures so that all of
 * them are seen. Its last line is `N passed, N failed`, with `, N skipped` when there are any.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEED_BUILD, PARTS, STATIC_CHECKS } from './checks.mjs';
import { ROOT } from './root.mjs';
import { checkNode, ensureBuilt, ensureInstalled, SetUpError } from './set-up.mjs';
import { elapsed } from './step.mjs';
import { countTests, summaryLine } from './test-counts.mjs';

const PASSED = { passed: 1, failed: 0, skipped: 0 };
const FAILED = { passed: 0, failed: 1, skipped: 0 };

const named = process.argv.slice(2);
const unknown = named.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: the parts are ${PARTS.join(', ')}.`);
  process.exit(2);
}

const results = [];
const isReady = await setUp('set-up', async () => {
  checkNode();
  await ensureInstalled();
});
if (isReady) {
  const isBuilt = await setUp('build', ensureBuilt);
  for (const part of PARTS) {
    if (named.length === 0 || named.includes(part)) results.push(await runPart(part, isBuilt));
  }
}
const counts = results.map((result) => result.counts);
const failed = results.filter((result) => result.counts.failed > 0).map((result) => result.part);
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
console.log(summaryLine(counts));
process.exitCode = failed.length === 0 ? 0 : 1;

/** A failed set-up is one failed test; one that works is none. */
async function setUp(part, work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(error.message);
    results.push({ part, counts: FAILED });
    return false;
  }
}

async function runPart(part, isBuilt) {
  console.log(`\n── ${part}`);
  if (!isBuilt && NEED_BUILD.has(part)) {
    console.log('── not run, because the build failed');
    return { part, counts: FAILED };
  }
  const started = performance.now();
  const check = STATIC_CHECKS[part];
  const result = check === undefined ? await runTests(part) : (await runNode(check)) === 0 ? PASSED : FAILED;
  console.log(`── ${part} ${result.failed === 0 ? 'passed' : 'FAILED'}, ${elapsed(started)}`);
  return { part, counts: result };
}

async function runTests(project) {
  const directory = mkdtempSync(join(tmpdir(), 'test-report-'));
  const file = join(directory, 'report.json');
  const exitCode = await runNode([
    'node_modules/vitest/vitest.mjs',
    'run',
    `--project=${project}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${file}`,
  ]);
  try {
    return countTests(readReport(file), exitCode);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs a Node program in the root of the project; its output is ours. */
function runNode(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('close', (code) => resolve(code ?? 1));
  });
}
