import { DomainError } from '../../common/domain-error.js';
import type { JsonOutline } from '../../common/json-outline.js';
import { outlineJson } from '../../common/json-syntax.js';
import { items, type JsonSpan, kindAt, members } from '../../common/json-text.js';
import type { ApiList } from './api-address.js';
import { itemFingerprint } from './item-fingerprint.js';
import { itemTime } from './item-time.js';

/** Longest cursor in characters that still fits into an address. */
const MAX_CURSOR = 4096;

/** One item of a list, as far as noticing changes needs to know it. */
export interface ListedItem {
  /** Names its content, see {@link itemFingerprint}. */
  readonly fingerprint: string;
  /** When it changed by its registry's clock, in whole seconds since 1970; undefined when that does not say. */
  readonly updatedAt: number | undefined;
}

/** One page of a list, as far as paging needs to know it. */
export interface RegistryPage {
  /** In order. */
  readonly items: readonly ListedItem[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/**
 * Reads a list response of the registry API. Its `metadata` may be missing, and its count is not believed. Paging
 * ends with an absent, empty or null one; its older name is `next_cursor`.
 * @throws DomainError `invalid-source-data` when it is not a list of that name
 */
export function readPage(text: string, list: ApiList): RegistryPage {
  const { outline, ...root } = parse(text);
  const top = membersOf(text, root, outline);
  const found = top.get(list);
  const metadata = top.get('metadata');
  // Go programs write an empty list as null.
  const isNull = found !== undefined && kindAt(text, found.start) === 'null' && metadata !== undefined;
  if (found === undefined || (kindAt(text, found.start) !== 'array' && !isNull)) {
    throw notAPage(`it has no list "${list}"`);
  }
  const listed = isNull
    ? []
    : Array.from(items(text, found, outline), (span) => readItem(text, span, outline));
  const nextCursor = metadata && readCursor(text, metadata);
  return { items: listed, ...(nextCursor !== undefined && { nextCursor }) };
}

function readItem(text: string, span: JsonSpan, outline: JsonOutline): ListedItem {
  return { fingerprint: itemFingerprint(text, span, outline), updatedAt: itemTime(text, span, outline) };
}

function parse(text: string): ReturnType<typeof outlineJson> {
  try {
    return outlineJson(text);
  } catch (error) {
    throw notAPage(`it is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function membersOf(text: string, span: JsonSpan, outline?: JsonOutline): Map<string, JsonSpan> {
  if (kindAt(text, span.start) !== 'object') return new Map();
  return new Map(Array.from(members(text, span, outline), ({ key, value }) => [key, value]));
}

function readCursor(text: string, metadata: JsonSpan): string | undefined {
  const found = membersOf(text, metadata);
  const span = found.get('nextCursor') ?? found.get('next_cursor');
  if (span === undefined || kindAt(text, span.start) === 'null') return undefined;
  // To take another value for the end would drop every entry that follows.
  if (kindAt(text, span.start) !== 'string') throw notAPage('its cursor is not a text');
  const cursor = JSON.parse(text.slice(span.start, span.end)) as string;
  if (cursor.length > MAX_CURSOR) throw notAPage(`its cursor is longer than ${MAX_CURSOR} characters`);
  if (!cursor.isWellFormed()) throw notAPage('its cursor is not Unicode text');
  return cursor === '' ? undefined : cursor;
}

function notAPage(reason: string, cause?: unknown): DomainError {
  return new DomainError('invalid-source-data', `The answer is not a page of a registry: ${reason}`, {
    cause,
  });
}
