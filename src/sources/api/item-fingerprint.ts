/** What of a listed item counts as its content, so that a registry whose clock ticks is not a registry that changed. */
import { createHash } from 'node:crypto';
import { withoutBlanks } from '../../common/json-compact.js';
import type { JsonOutline } from '../../common/json-outline.js';
import { type JsonSpan, kindAt, members, readObject, writeObject } from '../../common/json-text.js';
import { foreignMeta, OFFICIAL_META } from '../../model/envelope.js';

/** Facts of the official block that are stored. `updatedAt` and `isLatest` are not: both are decided here anew. */
const KEPT_FACTS = ['status', 'statusMessage', 'publishedAt', 'published_at', 'statusChangedAt'];

/**
 * Names the content of the item at `span` of a valid JSON text: its document token by token, the stored facts of the
 * official block, and what others added to the envelope. Left out are `updatedAt` and `isLatest`, and this server's
 * own member of the envelope, whose revisions count up on each of two instances that read each other.
 */
export function itemFingerprint(text: string, span: JsonSpan, outline?: JsonOutline): string {
  return createHash('sha256')
    .update(contentOf(text, span, outline))
    .digest('base64');
}

function contentOf(text: string, span: JsonSpan, outline: JsonOutline | undefined): string {
  if (kindAt(text, span.start) !== 'object') return withoutBlanks(text, span);
  const parts = new Map<string, JsonSpan>();
  for (const { key, value } of members(text, span, outline)) if (!parts.has(key)) parts.set(key, value);
  const meta = parts.get('_meta');
  // A bare document's `_meta` is part of it.
  if (!parts.has('server') || parts.has('name') || meta === undefined) return withoutBlanks(text, span);
  parts.delete('_meta');
  const others = Array.from(parts, ([key, value]) => [key, withoutBlanks(text, value)] as const);
  const metaText = withoutBlanks(text, meta);
  return [writeObject(others), foreignMeta(metaText) ?? '', ...officialFacts(metaText)].join('\n');
}

function officialFacts(meta: string): string[] {
  const official = kindAt(meta, 0) === 'object' ? readObject(meta).get(OFFICIAL_META) : undefined;
  if (official === undefined || kindAt(official, 0) !== 'object') return [];
  const facts = readObject(official);
  return KEPT_FACTS.map((name) => facts.get(name) ?? '');
}
