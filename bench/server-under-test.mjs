import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printedAddress, startNode } from './child-processes.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(ROOT, 'dist/main.js');
const DEFAULT_MAX_SIZE = 100 * 2 ** 20;

/** The catalogue that is served when none is named. */
export const SAMPLE_CATALOGUE = join(ROOT, 'config/registry-sample.json');

/**
 * Starts this project's server on a free port of 127.0.0.1.
 * @param {string | undefined} config path of a configuration; without one the server serves its own sample
 * @param {string} program another program that takes the same arguments, for trying out the kit itself
 */
export function startServer(config, program = PROGRAM) {
  if (!existsSync(program)) throw new Error(`${program} is not there: run \`npm run build\` first`);
  const configuration = config === undefined ? [] : ['--config', resolve(config)];
  return startNode([program, 'serve', ...configuration, '--host', '127.0.0.1', '--port', '0']);
}

/** Starts the server and waits until it says where it listens. */
export async function startServerWithAddress(config, program) {
  const server = startServer(config, program);
  return { server, base: await printedAddress(server) };
}

/** Writes a configuration with one file source, one registry and the embedded store into `directory`. */
export function writeConfiguration(directory, catalogue = SAMPLE_CATALOGUE) {
  const path = resolve(catalogue);
  const { size } = statSync(path);
  const configuration = {
    sources: [
      {
        name: 'bench',
        file: { path, ...(size > DEFAULT_MAX_SIZE && { maxSize: size }) },
        syncPolicy: { interval: '1h' },
      },
    ],
    registries: [{ name: 'default', sources: ['bench'] }],
    fileStorage: { baseDir: join(directory, 'data') },
  };
  const file = join(directory, 'config.yaml');
  // JSON is YAML too, and needs no rules for quoting paths.
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  return file;
}
