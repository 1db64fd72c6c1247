/**
 * `node scripts/image-tree.mjs DIRECTORY [--no-modules]`: assembles what lies in /app of the image: the build, the
 * dependencies it needs when it runs, sample configurations, the license, and a list of the parts (CycloneDX). The
 * directory must not exist, or be empty. Build the program first. `--no-modules` leaves node_modules empty, for tests
 * that mount those of the checkout there.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './root.mjs';

const COPIED = [
  'LICENSE',
  'package.json',
  'config',
  'dist/build-info.json',
  'dist/chunks',
  'dist/embedded-seed.tar.gz',
  'dist/main.js',
  'dist/round-worker.js',
  'dist/migrations',
  'dist/src',
];
/** Swagger names the compiler as an optional peer; nothing loads it when the program runs. */
const NOT_NEEDED = ['typescript'];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'no-modules': { type: 'boolean', default: false } },
});
const [directory] = positionals;
if (directory === undefined || positionals.length !== 1) {
  console.error('Usage: node scripts/image-tree.mjs DIRECTORY [--no-modules]');
  process.exit(2);
}
const tree = resolve(directory);
const missing = COPIED.filter((path) => !existsSync(join(ROOT, path)));
if (missing.length > 0) fail(`${missing.join(', ')}: missing; run "npm run build" first`);
mkdirSync(tree, { recursive: true });
if (readdirSync(tree).length > 0) fail(`${tree} is not empty`);

for (const path of COPIED) cpSync(join(ROOT, path), join(tree, path), { recursive: true });
chmodSync(join(tree, 'dist/main.js'), 0o755);
mkdirSync(join(tree, 'node_modules'));
if (!values['no-modules']) installModules();

/** Installs from the lock file, and writes down what that names. */
function installModules() {
  const only = ['package-lock.json', '.npmrc'];
  for (const path of only) cpSync(join(ROOT, path), join(tree, path));
  npm('ci', '--omit=dev', '--ignore-scripts');
  for (const name of NOT_NEEDED) rmSync(join(tree, 'node_modules', name), { recursive: true, force: true });
  const parts = JSON.parse(npm('sbom', '--omit=dev', '--package-lock-only', '--sbom-format=cyclonedx'));
  parts.components = parts.components.filter(({ name }) => !NOT_NEEDED.includes(name));
  writeFileSync(join(tree, 'sbom.cdx.json'), `${JSON.stringify(parts, null, 2)}\n`);
  for (const path of only) rmSync(join(tree, path));
}

function npm(...args) {
  const { status, stdout, error } = spawnSync('npm', args, {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) fail(`npm cannot be started: ${error.message}`);
  if (status !== 0) fail(`npm ${args[0]} ended with ${status}`);
  return stdout;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
