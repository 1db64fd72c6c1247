/** Fingerprints by which the scripts know whether an installation or a build is still good. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Fingerprint of everything that the built program is made from. */
export function stampSources() {
  const hash = createHash('sha256').update(process.version);
  for (const path of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'migrations', 'src']) {
    for (const file of filesIn(path)) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Fingerprint of what is to be installed. */
export function stampDependencies() {
  return createHash('sha256')
    .update(process.version)
    .update(readFileSync('package.json'))
    .update(readFileSync('package-lock.json'))
    .digest('hex');
}

export function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

function filesIn(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}
