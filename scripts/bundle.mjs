import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/**
 * What stays outside: packages that find files beside their own, and what is loaded only when something asks for it,
 * together with its own thread or its own hundreds of files.
 */
const OUTSIDE = [
  '@electric-sql/pglite',
  '@kubernetes/client-node',
  'isomorphic-git',
  'prettier',
  'swagger-ui-dist',
  'typescript',
];

/** What is joined: the program, and the thread that starts for each large round. */
const ENTRANCES = { main: 'src/main.js', 'round-worker': 'src/sync/round-worker.js' };

/**
 * Joins what a start loads, some 2,000 files of the program and its packages, into a few: `dist/main.js`,
 * `dist/round-worker.js` and `dist/chunks`. Reading them one by one takes longer than everything else that a start does.
 * Nothing is left out or renamed, and other threads begin in `dist/src`. Where the bundler does not run, the files are
 * loaded one by one.
 * @param {string} root folder of package.json
 */
export async function bundleProgram(root = ROOT) {
  const dist = join(root, 'dist');
  rmSync(join(dist, 'chunks'), { recursive: true, force: true });
  for (const name of Object.keys(ENTRANCES)) rmSync(join(dist, `${name}.js`), { force: true });
  try {
    await bundle(root, dist);
  } catch (error) {
    console.log(
      `Building: the bundler failed, so starts take longer: ${String(error.message).split('\n')[0]}`,
    );
    for (const [name, path] of Object.entries(ENTRANCES)) {
      writeFileSync(join(dist, `${name}.js`), `#!/usr/bin/env node\nimport './${path}';\n`);
    }
  }
  chmodSync(join(dist, 'main.js'), 0o755);
}

async function bundle(root, dist) {
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(ENTRANCES).map(([name, path]) => [name, join(dist, path)])),
    platform: 'node',
    external: OUTSIDE.map((name) => new RegExp(`^${name}(/|$)`)),
    plugins: [missingOnes],
    // Decorators register what nothing else seems to use.
    treeshake: false,
    logLevel: 'silent',
  });
  await bundled.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names of classes are names of entities, and contexts of log lines.
    keepNames: true,
  });
  await bundled.close();
}

/** Packages ask for others that are not installed, and do without: that has to be found out when the program runs. */
const missingOnes = {
  name: 'missing ones stay outside',
  async resolveId(source, importer, { kind }) {
    if (importer === undefined || source.startsWith('.') || source.startsWith('node:')) return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true, kind });
    return found ?? { id: source, external: true };
  },
};
