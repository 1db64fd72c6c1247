import type { JsonOutline } from '../../common/json-outline.js';
import { type JsonSpan, kindAt, members } from '../../common/json-text.js';
import { OFFICIAL_META } from '../../model/envelope.js';
import { parseTimestamp } from '../../model/timestamp.js';

/** Where the time stands; records of 2025-07-09 have it in snake case. */
const TIME_MEMBERS = ['updatedAt', 'updated_at'];

/**
 * When the item at `span` of a valid JSON text changed, by the clock of its registry: whole seconds since 1970.
 * Undefined when its official block has no such time.
 */
export function itemTime(text: string, span: JsonSpan, outline?: JsonOutline): number | undefined {
  const meta = memberAt(text, span, ['_meta'], outline);
  const official = meta && memberAt(text, meta, [OFFICIAL_META]);
  const time = official && memberAt(text, official, TIME_MEMBERS);
  if (time === undefined || kindAt(text, time.start) !== 'string') return undefined;
  const date = parseTimestamp(JSON.parse(text.slice(time.start, time.end)) as string);
  return date && Math.floor(date.getTime() / 1000);
}

function memberAt(
  text: string,
  span: JsonSpan,
  names: readonly string[],
  outline?: JsonOutline,
): JsonSpan | undefined {
  if (kindAt(text, span.start) !== 'object') return undefined;
  for (const { key, value } of members(text, span, outline)) if (names.includes(key)) return value;
  return undefined;
}
