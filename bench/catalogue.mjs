import { drawDocumentSize } from './document-size.mjs';
import { SeededRandom } from './seeded-random.mjs';
import { drawIdentity, serverDocument } from './server-documents.mjs';

const HEAD = {
  $schema:
    'https://raw.githubusercontent.com/stacklok/toolhive-core/main/registry/types/data/upstream-registry.schema.json',
  version: '1.0.0',
  meta: { last_updated: '2026-11-01T00:00:00Z' },
};

/**
 * Makes a catalogue in the upstream registry file format. The same options always give the same catalogue.
 * @param {{ entries: number, seed?: number, mode?: 'real' | '2kb' }} options `entries` counts names; a fifth of
 *   them have 2 to 4 versions, so there are about 1.4 documents a name
 */
export function generateCatalogue(options) {
  return { ...HEAD, data: { servers: [...catalogueDocuments(options)] } };
}

/**
 * The server documents of `generateCatalogue`, one at a time, for catalogues too large to hold in memory. With
 * `part: { index, of }` only one of `of` parts that together are the same catalogue: a name is whole in one of them.
 */
export function* catalogueDocuments({ entries, seed = 1, mode = '2kb', part }) {
  const random = new SeededRandom(seed);
  for (let index = 0; index < entries; index += 1) {
    const identity = drawIdentity(random, index);
    const isWanted = part === undefined || index % part.of === part.index;
    for (const version of drawVersions(random, index)) {
      const size = drawDocumentSize(random, mode);
      // Drawn even where it is not wanted, so that the parts do not depend on their number.
      const document = serverDocument(random, identity, version, size);
      if (isWanted) yield document;
    }
  }
}

/** The same catalogue as the text of its file, in pieces. */
export function* catalogueText(options) {
  yield `${JSON.stringify(HEAD).slice(0, -1)},"data":{"servers":[`;
  let separator = '\n';
  for (const document of catalogueDocuments(options)) {
    yield separator + JSON.stringify(document);
    separator = ',\n';
  }
  yield '\n]}}\n';
}

function drawVersions(random, index) {
  const major = random.integer(0, 3);
  const count = index % 5 === 4 ? random.integer(2, 4) : 1;
  return Array.from({ length: count }, (_, minor) => `${major}.${minor}.${random.integer(0, 9)}`);
}
