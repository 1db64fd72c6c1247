/** Brings a fresh clone to where the program runs: what `npm start` and `npm test` do first, and only as far as needed. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeBuildInfo } from './build-info.mjs';
import { ROOT } from './root.mjs';
import { readStamp, stampDependencies, stampSources, writeStamp } from './stamps.mjs';
import { runStep } from './step.mjs';

const LEAST_NODE = [20, 19];
const INSTALL_STAMP = 'node_modules/.install-stamp';

/** A step of the set-up failed; the message says why, and what to do. */
export class SetUpError extends Error {}

/** @throws SetUpError when this Node is older than the program needs */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new SetUpError(
    `Node ${LEAST_NODE.join('.')} or newer is needed, and this is ${version}: install a newer one from https://nodejs.org or with your version manager.`,
  );
}

/** Installs the dependencies unless those of this package.json and lock file are there. @throws SetUpError */
export async function ensureInstalled() {
  const stamp = stampDependencies();
  if (existsSync(join(ROOT, 'node_modules')) && readStamp(INSTALL_STAMP) === stamp) return;
  if (!isInstalledByHand()) await install();
  writeStamp(INSTALL_STAMP, stamp);
}

/** Builds the program unless the build is that of these sources. @throws SetUpError */
export async function ensureBuilt() {
  const isBuilt = ['dist/main.js', 'dist/embedded-seed.tar.gz'].every((file) => existsSync(join(ROOT, file)));
  if (isBuilt && readStamp('dist/build.stamp') === stampSources()) {
    // A commit that changes no source is still another commit.
    writeBuildInfo();
    return;
  }
  const { code, output } = await runStep('Building the program', process.execPath, ['scripts/build.mjs']);
  if (code !== 0) throw new SetUpError(`${output}\nThe build failed: its messages are above.`);
}

async function install() {
  // NODE_ENV=production would leave out the compiler.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const cli = process.env.npm_execpath;
  const isNpm = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli);
  const { code, output } = isNpm
    ? await runStep('Installing the dependencies', process.execPath, [cli, ...args])
    : await runStep('Installing the dependencies', 'npm', args);
  if (code === 0) return;
  throw new SetUpError(
    `${output}\nThe installation failed: "npm ci" ended with ${code}, and its messages are above. The usual reasons: the package registry cannot be reached ("npm config get registry" shows which it is, "npm config get proxy" the proxy), the disk is full, or package.json was edited without package-lock.json ("npm install" brings them together).`,
  );
}

/** True when `npm ci` or `npm install` was run for exactly these files, with the compiler. */
function isInstalledByHand() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(installed) || !existsSync(join(ROOT, 'node_modules/typescript'))) return false;
  // npm writes it last, so it is younger than what was installed from.
  return ['package.json', 'package-lock.json'].every(
    (file) => statSync(join(ROOT, file)).mtimeMs <= statSync(installed).mtimeMs,
  );
}
