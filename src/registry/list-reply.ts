import { createHash } from 'node:crypto';
import type { CatalogVersion } from '../catalog/catalog-entry.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import type { EntryKind } from '../model/entry.js';

/** Member of the list envelope that holds the items of a kind. */
const MEMBERS = { server: 'servers', skill: 'skills', plugin: 'plugins' } as const satisfies Record<
  EntryKind,
  string
>;

const COMMA = Buffer.from(',');

/**
 * A list's envelope around ready items: nothing is serialised but its metadata. Its tag follows from the tags of the
 * items, in their order, and the rest of the envelope, so no byte of them is read again.
 */
export function listReply(
  kind: EntryKind,
  versions: readonly CatalogVersion[],
  nextCursor?: string,
): ReplyBytes {
  const head = `{"${MEMBERS[kind]}":[`;
  const metadata = { ...(nextCursor !== undefined && { nextCursor }), count: versions.length };
  const tail = `],"metadata":${JSON.stringify(metadata)}}`;
  const pieces: Buffer[] = [Buffer.from(head)];
  let tags = head + tail;
  for (const { item, tag } of versions) {
    if (pieces.length > 1) pieces.push(COMMA);
    pieces.push(item);
    tags += tag;
  }
  pieces.push(Buffer.from(tail));
  return new ReplyBytes(pieces, { tag: createHash('sha256').update(tags).digest('base64url') });
}
