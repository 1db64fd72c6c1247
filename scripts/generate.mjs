// Writes the files that are generated from the built program; with --check it only compares and exits 1 on a difference.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderConfigJsonSchema, renderConfigPage } from '../dist/src/config/config-docs.js';
import { renderOpenApi } from '../dist/src/openapi-document.js';

/** Every generated file, relative to the root of the project, and what makes its text. */
const GENERATED = [
  { path: 'config/config.schema.json', render: renderConfigJsonSchema },
  { path: 'docs/configuration.md', render: renderConfigPage },
  { path: 'docs/openapi.json', render: renderOpenApi },
];

const checkOnly = process.argv.includes('--check');

for (const { path, render } of GENERATED) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const wanted = await render();
  const present = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (present === wanted) continue;
  if (checkOnly) {
    console.error(
      `${path} is not what the program generates: run npm run build, then node scripts/generate.mjs`,
    );
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    console.log(`wrote ${path}`);
  }
}
