import { DocumentPart, type OfficialFinding } from './official-finding.js';

/** The dated schemas that were released, in order; the official registry keeps a copy of each. */
const RELEASED_DATES = [
  '2025-07-09',
  '2025-09-16',
  '2025-09-29',
  '2025-10-11',
  '2025-10-17',
  '2025-12-11',
] as const;

/** The date of a released server.json schema; dates compare as texts. */
export type SchemaDate = (typeof RELEASED_DATES)[number];

/** The schema that documents are written for today. */
export const CURRENT_DATE: SchemaDate = '2025-12-11';

const CURRENT_SCHEMA = `https://static.modelcontextprotocol.io/schemas/${CURRENT_DATE}/server.schema.json`;
const SCHEMA_URL = /\/schemas\/([^/]+)\/server\.schema\.json$/;

/** Which released schema a document has to satisfy: its own, or the current one when it names none. */
export function schemaDate(document: DocumentPart): SchemaDate {
  const id = schemaId(document);
  return RELEASED_DATES.find((date) => date === id) ?? CURRENT_DATE;
}

/** Judges `$schema`, once it is known to be there. */
export function* checkSchemaDate(document: DocumentPart): Iterable<OfficialFinding> {
  if (document.text('$schema') === undefined) return;
  const id = schemaId(document);
  if (id === CURRENT_DATE) return;
  if (id === undefined) {
    const message = `No schema date can be read from this address: write "${CURRENT_SCHEMA}".`;
    yield document.error('$schema', 'schema-version-extraction-error', message);
    return;
  }
  if (RELEASED_DATES.some((date) => date === id)) {
    const message = `The schema of ${id} is outdated: move to "${CURRENT_SCHEMA}".`;
    yield document.warning('$schema', 'schema-version-deprecated', message);
    return;
  }
  const message = `No schema "${id}" was released: write "${CURRENT_SCHEMA}".`;
  yield document.error('$schema', 'schema-version-not-available', message);
}

function schemaId(document: DocumentPart): string | undefined {
  return SCHEMA_URL.exec(document.text('$schema') ?? '')?.[1];
}
