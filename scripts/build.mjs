/** Builds the program: compiles, joins what a start loads into a few files, then makes the seed of the embedded store when what it depends on changed. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { writeBuildInfo } from './build-info.mjs';
import { bundleProgram } from './bundle.mjs';
import { ROOT } from './root.mjs';
import { readStamp, stampFiles, stampSources, writeStamp } from './stamps.mjs';

// The compiler and the seed look for files relative to it.
process.chdir(ROOT);
const stamp = stampSources();

console.log('Building: compiling');
for (const part of ['dist/build.stamp', 'dist/src', 'dist/migrations'])
  rmSync(part, { recursive: true, force: true });
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

console.log('Building: joining what a start loads');
await bundleProgram();

const seedStamp = stampFiles([
  'migrations',
  'src/database/embedded-seed.ts',
  'src/database/embedded-worker.ts',
  'package-lock.json',
]);
if (readStamp('dist/seed.stamp') !== seedStamp || !existsSync('dist/embedded-seed.tar.gz')) {
  console.log('Building: the empty embedded store');
  const { buildEmbeddedSeed } = await import('../dist/src/database/embedded-seed.js');
  await buildEmbeddedSeed();
  writeStamp('dist/seed.stamp', seedStamp);
}
writeBuildInfo();
writeStamp('dist/build.stamp', stamp);
console.log('Building: done');
