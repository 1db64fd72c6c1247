import { ENTRY_STATUSES, type EntryKind, type EntryStatus } from './entry.js';
import { asObject, memberOf } from './json-value.js';
import { PUBLISHER_META, TOOLHIVE_NAMESPACE } from './toolhive-format.js';

/**
 * The status of a version: what the registry it came from says (`registryStatus`), else the document's own
 * `status`, else the first that ToolHive's extension states, else active. Letter case does not matter; a word that
 * is no status of that kind says nothing.
 */
export function statusOf(kind: EntryKind, document: unknown, registryStatus: unknown): EntryStatus {
  const publisher = memberOf(memberOf(document, '_meta'), PUBLISHER_META);
  const extensions = Object.values(asObject(memberOf(publisher, TOOLHIVE_NAMESPACE)) ?? {});
  const candidates = [
    registryStatus,
    memberOf(document, 'status'),
    ...extensions.map((extension) => memberOf(extension, 'status')),
  ];
  for (const candidate of candidates) {
    const status = readStatus(kind, candidate);
    if (status !== undefined) return status;
  }
  return 'active';
}

function readStatus(kind: EntryKind, candidate: unknown): EntryStatus | undefined {
  if (typeof candidate !== 'string') return undefined;
  const word = candidate.toLowerCase();
  const status = ENTRY_STATUSES.find((known) => known === word);
  return status === 'archived' && kind === 'server' ? undefined : status;
}
