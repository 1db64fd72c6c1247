import { createWriteStream, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { catalogueDocuments, catalogueText } from './catalogue.mjs';

const MAX_SIZE = 4 * 2 ** 30;
const TEAMS = ['blue', 'green', 'red', 'white', 'black'];

/** A token with these claims sees every source of a site. */
export const READER_CLAIMS = { org: 'bench', team: TEAMS };

/**
 * Writes a generated catalogue as registry files, one for each source, and configurations that serve them. Sources and
 * registry ask for claims, which count only where somebody has to have a token.
 * @param {{ directory: string, entries: number, mode?: 'real' | '2kb', sources?: number }} options
 */
export async function makeSite({ directory, entries, mode = '2kb', sources = 3 }) {
  const files = Array.from({ length: sources }, (_, index) => join(directory, `catalogue-${index + 1}.json`));
  const part = (index) => ({ entries, mode, part: { index, of: sources } });
  for (const [index, file] of files.entries()) await write(file, catalogueText(part(index)));
  let configurations = 0;

  /** Writes a configuration with further blocks, such as `database` or `auth`, and returns its path. */
  function configure(blocks) {
    const path = join(directory, `config-${(configurations += 1)}.yaml`);
    const configuration = {
      sources: files.map((file, index) => ({
        name: `source-${index + 1}`,
        file: { path: file, maxSize: MAX_SIZE },
        syncPolicy: { interval: '1h' },
        claims: { team: TEAMS[index % TEAMS.length] },
      })),
      registries: [
        {
          name: 'default',
          sources: files.map((_, index) => `source-${index + 1}`),
          claims: { org: 'bench' },
        },
      ],
      fileStorage: { baseDir: join(directory, 'data') },
      ...blocks,
    };
    // JSON is YAML too, and needs no rules for quoting paths.
    writeFileSync(path, JSON.stringify(configuration, null, 2));
    return path;
  }

  /** Makes ready a change of one entry's title; `apply` puts it in place at once. */
  async function prepareChange(title) {
    const [first] = catalogueDocuments(part(0));
    const [file] = files;
    const before = JSON.stringify(first);
    const after = JSON.stringify({ ...first, title });
    await write(`${file}.new`, replacedIn(catalogueText(part(0)), before, after));
    return { name: first.name, version: first.version, apply: () => renameSync(`${file}.new`, file) };
  }

  return { configure, prepareChange };
}

function* replacedIn(pieces, before, after) {
  for (const piece of pieces) yield piece.replace(before, () => after);
}

async function write(file, pieces) {
  await pipeline(Readable.from(pieces), createWriteStream(file));
}
