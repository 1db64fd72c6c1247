import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: the same whether this runs from the sources (tests) or from the build. */
const ROOT = findRoot();

/** Path of a file that comes with the program, given relative to the folder of package.json. */
export function packageFile(...path: readonly string[]): string {
  return join(ROOT, ...path);
}

/** Path of a file that the build makes; a run from the sources uses the same one. */
export function builtFile(...path: readonly string[]): string {
  return join(ROOT, 'dist', ...path);
}

function findRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory) {
    directory = dirname(directory);
  }
  return directory;
}
