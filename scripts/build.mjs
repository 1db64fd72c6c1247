/** Builds the program: compiles, then makes the seed of the embedded store when what it depends on changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stampSources, writeStamp } from './stamps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const stamp = stampSources();

console.log('Building: compiling');
rmSync('dist/src', { recursive: true, force: true });
rmSync('dist/migrations', { recursive: true, force: true });
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

const seedStamp = hashOf([
  ...readdirSync('migrations')
    .sort()
    .map((name) => `migrations/${name}`),
  'src/database/embedded-seed.ts',
  'src/database/embedded-worker.ts',
  'package-lock.json',
]);
const known = existsSync('dist/seed.stamp') ? readFileSync('dist/seed.stamp', 'utf8') : '';
if (known !== seedStamp || !existsSync('dist/embedded-seed.tar.gz')) {
  console.log('Building: the empty embedded store');
  const { buildEmbeddedSeed } = await import('../dist/src/database/embedded-seed.js');
  await buildEmbeddedSeed();
  writeFileSync('dist/seed.stamp', seedStamp);
}
writeStamp('dist/build.stamp', stamp);
console.log('Building: done');

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}
