/** What of a listed item counts as its content, so that a registry whose clock ticks is not a registry that changed. */
import { createHash } from 'node:crypto';
import { withoutBlanks } from '../../common/json-compact.js';
import { type JsonSpan, kindAt, readObject, writeObject } from '../../common/json-text.js';
import { foreignMeta, OFFICIAL_META } from '../../model/envelope.js';

/** Facts of the official block that are stored. `updatedAt` and `isLatest` are not: both are decided here anew. */
const KEPT_FACTS = ['status', 'statusMessage', 'publishedAt', 'published_at', 'statusChangedAt'];

/**
 * Names the content of the item at `span` of a valid JSON text: its document token by token, the stored facts of the
 * official block, and what others added to the envelope. Left out are `updatedAt` and `isLatest`, and this server's
 * own member of the envelope, whose revisions count up on each of two instances that read each other.
 */
export function itemFingerprint(text: string, span: JsonSpan): string {
  const item = withoutBlanks(text, span);
  return createHash('sha256').update(contentOf(item)).digest('base64');
}

function contentOf(item: string): string {
  if (kindAt(item, 0) !== 'object') return item;
  const members = readObject(item);
  const meta = members.get('_meta');
  // A bare document's `_meta` is part of it.
  if (!members.has('server') || members.has('name') || meta === undefined) return item;
  members.delete('_meta');
  return [writeObject(members), foreignMeta(meta) ?? '', ...officialFacts(meta)].join('\n');
}

function officialFacts(meta: string): string[] {
  const official = kindAt(meta, 0) === 'object' ? readObject(meta).get(OFFICIAL_META) : undefined;
  if (official === undefined || kindAt(official, 0) !== 'object') return [];
  const facts = readObject(official);
  return KEPT_FACTS.map((name) => facts.get(name) ?? '');
}
