import { createHash } from 'node:crypto';
import type { VersionHead, VersionWrite } from '../database/catalog-change.js';
import type { ServedParts, VersionDocument } from '../model/entry.js';

/** What is compared of a stored version with a document. */
export type ComparedHead = Omit<VersionHead, 'kind' | 'name' | 'version' | 'isLatest'>;

/**
 * What is to be written of a document, beside which `head` is stored; undefined when all that is served of it is as it
 * was. Its place among its siblings is decided later.
 */
export function compareVersion(
  head: ComparedHead | undefined,
  document: VersionDocument,
): Omit<VersionWrite, 'isLatest'> | undefined {
  const contentHash = sha256(document.document);
  const servedHash = hashOfServed(document);
  const isNew = head === undefined || head.isDropped;
  const write = { document, isNew, contentHash, servedHash };
  if (head === undefined) {
    const publishedAt = document.publishedAt;
    const statusChangedAt = document.statusChangedAt ?? publishedAt;
    return { ...write, ...(publishedAt && { publishedAt }), ...(statusChangedAt && { statusChangedAt }) };
  }
  if (head.servedHash === servedHash && !head.isDropped) return undefined;
  const sameStatus = head.status === document.status;
  const sameText =
    head.contentHash === contentHash && head.statusMessage === (document.statusMessage ?? null);
  const statusChangedAt = document.statusChangedAt ?? (sameStatus ? head.statusChangedAt : undefined);
  return {
    ...write,
    publishedAt: document.publishedAt ?? head.publishedAt,
    ...(statusChangedAt && { statusChangedAt }),
    ...(sameStatus && sameText && !head.isDropped && { updatedAt: head.updatedAt }),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Names what is served of a version. */
export function hashOfServed(document: ServedParts): string {
  const { status, statusMessage, publishedAt, statusChangedAt, envelopeMeta, original, sourceKey } = document;
  const rest = [status, statusMessage, publishedAt, statusChangedAt, envelopeMeta, original, sourceKey];
  // Who may see it is served as well; most sources say nothing of it.
  if (document.claims !== undefined) rest.push(document.claims);
  return sha256(`${JSON.stringify(rest)}${document.document}`);
}
