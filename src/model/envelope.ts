/** The envelope `{server, _meta}` that registries put around a document (MCP registry API, since 2025-09-29). */
import type { JsonOutline } from '../common/json-outline.js';
import { kindAt, members, readObject, writeObject, type JsonSpan } from '../common/json-text.js';
import { cutText } from './bounded-text.js';
import { asText, memberOf } from './json-value.js';
import { parseTimestamp } from './timestamp.js';

/** Member of `_meta` in which a registry states what it knows about a version. */
export const OFFICIAL_META = 'io.modelcontextprotocol.registry/official';
/** Member of the outer `_meta` that this server adds itself. */
export const OWN_META = 'dev.toolhive.registry';

/** Longest status message in UTF-16 units, as in the registry API. */
const MAX_STATUS_MESSAGE = 500;

/** Where the two parts of an envelope lie; `repeated` names the parts that are there more than once. */
export interface Envelope {
  readonly server: JsonSpan;
  readonly meta?: JsonSpan;
  readonly repeated: readonly string[];
}

/** What the upstream registry says about a version. `status` is its word, not yet understood. */
export interface OfficialFacts {
  readonly status?: string;
  readonly statusMessage?: string;
  readonly publishedAt?: Date;
  readonly statusChangedAt?: Date;
}

/** Opens the envelope at `item`; undefined for a bare document, which has a name of its own. */
export function openEnvelope(text: string, item: JsonSpan, outline?: JsonOutline): Envelope | undefined {
  if (kindAt(text, item.start) !== 'object') return undefined;
  const parts = new Map<string, JsonSpan>();
  const repeated: string[] = [];
  for (const { key, value } of members(text, item, outline)) {
    if (key === 'name') return undefined;
    if (key !== 'server' && key !== '_meta') continue;
    if (parts.has(key)) repeated.push(key);
    else parts.set(key, value);
  }
  const server = parts.get('server');
  const meta = parts.get('_meta');
  return server && { server, ...(meta && { meta }), repeated };
}

/**
 * Reads the official block of the given `_meta` values; what the first of them states wins, fact by fact. Facts of
 * the wrong type are left out: they are the upstream's, and no reason to lose its document.
 */
export function officialFacts(...metas: readonly unknown[]): OfficialFacts {
  return metas
    .map((meta) => readFacts(memberOf(meta, OFFICIAL_META)))
    .reduceRight((later, earlier) => ({ ...later, ...earlier }), {});
}

function readFacts(official: unknown): OfficialFacts {
  const status = asText(memberOf(official, 'status'));
  const message = asText(memberOf(official, 'statusMessage'));
  // Records of 2025-07-09 have it in snake case.
  const publishedAt = readDate(memberOf(official, 'publishedAt') ?? memberOf(official, 'published_at'));
  const statusChangedAt = readDate(memberOf(official, 'statusChangedAt'));
  return {
    ...(status && { status }),
    ...(message && { statusMessage: cutText(message, MAX_STATUS_MESSAGE) }),
    ...(publishedAt && { publishedAt }),
    ...(statusChangedAt && { statusChangedAt }),
  };
}

function readDate(value: unknown): Date | undefined {
  return typeof value === 'string' ? parseTimestamp(value) : undefined;
}

/** The members of a compact outer `_meta` that others added, as a compact object; undefined when there are none. */
export function foreignMeta(metaText: string): string | undefined {
  if (kindAt(metaText, 0) !== 'object') return undefined;
  const foreign = readObject(metaText);
  foreign.delete(OFFICIAL_META);
  foreign.delete(OWN_META);
  return foreign.size === 0 ? undefined : writeObject(foreign);
}
