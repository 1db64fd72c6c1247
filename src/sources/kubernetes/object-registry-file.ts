import { createHash } from 'node:crypto';
import type { Claims } from '../../model/claims.js';
import type { RefusedDocument } from '../../model/entry.js';
import type { FetchedFile } from '../source-provider.js';
import { type FollowedObject, refusal } from './followed-object.js';
import { SERVER_KINDS } from './kubernetes-kinds.js';

/** What all followed objects are together. */
export interface ObjectRegistryFile {
  readonly file: FetchedFile;
  /** Hash of everything in the file, claims and refusals included. */
  readonly revision: string;
  /** Of the text, in UTF-8. */
  readonly bytes: number;
}

/**
 * Writes exported objects as one registry file, in an order of their own, so that the same objects always give the same
 * revision. Of several that make the same name the first kind stays, and the others are refused.
 */
export function objectRegistryFile(objects: Iterable<FollowedObject>, origin: string): ObjectRegistryFile {
  const claims = new Map<string, Claims>();
  const refused: RefusedDocument[] = [];
  const documents: string[] = [];
  const owners = new Map<string, string>();
  for (const object of [...objects].sort(compareObjects)) {
    const { entry, entryName } = object;
    if (entry === undefined) continue;
    if ('refused' in entry) {
      refused.push(entry.refused);
      continue;
    }
    const owner = owners.get(entryName);
    if (owner !== undefined) {
      refused.push(refuseSecond(object, entry.version, owner));
      continue;
    }
    owners.set(entryName, object.deployment.kind);
    claims.set(entryName, object.claims);
    documents.push(entry.document);
  }
  const text = `{"servers":[${documents.join(',')}]}`;
  const rest = JSON.stringify([[...claims], refused]);
  const revision = createHash('sha256').update(text).update('\n').update(rest).digest('hex');
  return { file: { origin, text, claims, refused }, revision, bytes: Buffer.byteLength(text) };
}

function compareObjects(a: FollowedObject, b: FollowedObject): number {
  if (a.entryName !== b.entryName) return a.entryName < b.entryName ? -1 : 1;
  return rankOf(a) - rankOf(b);
}

function rankOf({ deployment }: FollowedObject): number {
  return SERVER_KINDS.findIndex(({ kind }) => kind === deployment.kind);
}

function refuseSecond(
  { deployment, entryName }: FollowedObject,
  version: string,
  owner: string,
): RefusedDocument {
  const { namespace, name } = deployment;
  const kind = SERVER_KINDS.find((one) => one.kind === deployment.kind) ?? SERVER_KINDS[0];
  const reason = `makes the same name as the ${owner} ${namespace}/${name}`;
  return refusal({ kind, namespace, name }, entryName, version, [{ pointer: '/metadata/name', reason }]);
}
