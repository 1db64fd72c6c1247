import type { EntryKind } from '../model/entry.js';

/** Member of the list envelope that holds the items of a kind. */
const MEMBERS = { server: 'servers', skill: 'skills', plugin: 'plugins' } as const satisfies Record<
  EntryKind,
  string
>;

const COMMA = Buffer.from(',');

/** A list's envelope around ready items: nothing is serialised but its metadata. */
export function listBody(kind: EntryKind, items: readonly Buffer[], nextCursor: string | undefined): Buffer {
  const parts: Buffer[] = [Buffer.from(`{"${MEMBERS[kind]}":[`)];
  for (const item of items) {
    if (parts.length > 1) parts.push(COMMA);
    parts.push(item);
  }
  const metadata = { ...(nextCursor !== undefined && { nextCursor }), count: items.length };
  parts.push(Buffer.from(`],"metadata":${JSON.stringify(metadata)}}`));
  return Buffer.concat(parts);
}
