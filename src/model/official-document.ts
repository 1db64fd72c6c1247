import { checkFields } from './official-fields.js';
import { DocumentPart, type OfficialFinding } from './official-finding.js';
import { checkMeta } from './official-meta.js';
import { checkPackage } from './official-packages.js';
import { checkSchemaDate, schemaDate } from './official-schema-date.js';
import { checkShape } from './official-shape-findings.js';
import { checkRemote } from './official-transports.js';

/**
 * Judges a server.json document as the `/validate` route of the official registry (v1.8.1) does: every problem at
 * once; the document is valid when none is an error. Never throws, whatever JSON it is given.
 * Three things that the official registry refuses are deliberately none here: prereleases with an x
 * (`1.0.0-next.1`) are versions, other members of `_meta` and addresses that begin with a variable are warnings.
 * Rules of single package registries belong to publishing, not to this.
 */
export function checkOfficial(document: unknown): OfficialFinding[] {
  const root = new DocumentPart(document);
  const date = schemaDate(root);
  return [
    ...checkShape(document),
    ...checkSchemaDate(root),
    ...checkFields(root, date),
    ...root.parts('packages').flatMap((part) => [...checkPackage(part, date)]),
    ...root.parts('remotes').flatMap((remote) => [...checkRemote(remote, date)]),
    ...checkMeta(root),
  ];
}
