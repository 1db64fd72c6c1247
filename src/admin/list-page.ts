import { ReplyBytes } from '../http/reply-bytes.js';

/** Some items of a list, and the cursor of the next page when there is one. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** Cuts `found`, which has one item more than `limit` when another page follows. */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  cursorAt: (last: Item) => string,
): ListPage<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last !== undefined ? { items, nextCursor: cursorAt(last) } : { items };
}

/** The reply that holds a page: its items as `member`, and what is known of the list as `metadata`. */
export function pageReply<Item>(
  member: string,
  { items, nextCursor }: ListPage<Item>,
  metadata: object = {},
): ReplyBytes {
  const next = nextCursor !== undefined && { nextCursor };
  return adminReply({ [member]: items, metadata: { ...next, count: items.length, ...metadata } });
}

/** A reply of the administration: caches that several callers share never keep it. */
export function adminReply(value: object): ReplyBytes {
  return ReplyBytes.json(value, { isPrivate: true });
}
