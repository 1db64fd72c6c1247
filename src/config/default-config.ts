import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Name of the source that holds the sample registry. */
export const SAMPLE_SOURCE = 'sample';

/** The configuration of a server that is started without one: the sample registry that comes with the program. */
export function defaultConfigValue(): unknown {
  const path = join(packageRoot(), 'config', 'registry-sample.json');
  return {
    sources: [{ name: SAMPLE_SOURCE, file: { path }, syncPolicy: { interval: '30m' } }],
    registries: [{ name: 'default', sources: [SAMPLE_SOURCE] }],
  };
}

/** The nearest directory above this module with a package.json: the same from the sources and from the build. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory) {
    directory = dirname(directory);
  }
  return directory;
}
