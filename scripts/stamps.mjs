/** Fingerprints by which the scripts know whether an installation or a build is still good. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './root.mjs';

/** Fingerprint of everything that the built program is made from. */
export function stampSources() {
  return stampFiles([
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
    'scripts/bundle.mjs',
    'migrations',
    'src',
  ]);
}

/** Fingerprint of what is to be installed. */
export function stampDependencies() {
  return stampFiles(['package.json', 'package-lock.json']);
}

/** Fingerprint of files and whole folders, named relative to the root of the project, and of this Node. Specs are left out. */
export function stampFiles(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of paths.flatMap(filesIn)) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** The fingerprint kept in a file; undefined when there is none. */
export function readStamp(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Keeps a fingerprint in a file. */
export function writeStamp(file, stamp) {
  const path = join(ROOT, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stamp);
}

function filesIn(path) {
  if (statSync(join(ROOT, path)).isFile()) return path.endsWith('.spec.ts') ? [] : [path];
  return readdirSync(join(ROOT, path))
    .sort()
    .flatMap((name) => filesIn(`${path}/${name}`));
}
