import { compactJson, withoutBlanks } from '../common/json-compact.js';
import { toPointer } from '../common/json-pointer.js';
import type { JsonOutline } from '../common/json-outline.js';
import type { JsonSpan } from '../common/json-text.js';
import { isStorableText } from './bounded-text.js';
import type { DocumentProblem } from './document-problem.js';
import type { EntryKind, ServedParts, VersionDocument, VersionRef } from './entry.js';
import { statusOf } from './entry-status.js';
import { foreignMeta, OFFICIAL_META, officialFacts, openEnvelope, type Envelope } from './envelope.js';
import { facetsOf } from './facets.js';
import { asText, memberOf } from './json-value.js';
import { checkServer } from './lenient-server.js';
import { checkSkill } from './lenient-skill.js';

/** Longest compact document, and longest compact `_meta` of an envelope, in bytes of UTF-8. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** Any status but the one that a document has that states none. */
const OTHER_STATUS = /"status":(?!"active")/i;
/** Longest name and version that are worth reporting. */
const MAX_LABEL_LENGTH = 256;

/**
 * A document that may be served, the version that is stored of it as it is, or every reason why it may not be served,
 * with its name and version as far as they are readable.
 */
export type DocumentReading =
  | { readonly document: VersionDocument }
  | { readonly stored: VersionRef }
  | { readonly name?: string; readonly version?: string; readonly problems: readonly DocumentProblem[] };

/**
 * Finds the version of which exactly these parts are stored. It must know only versions that passed the checks of this
 * release, because they are not made again.
 */
export type FindStored = (kind: EntryKind, parts: ServedParts) => VersionRef | undefined;

/** What makes reading quicker. */
export interface ReadingAids {
  readonly outline?: JsonOutline | undefined;
  readonly findStored?: FindStored | undefined;
}

/** Compact JSON with its parsed form and whatever forbids to keep it. */
export interface CheckedJson {
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly DocumentProblem[];
}

/** Reads the document, or the server in its envelope, at `span` of a valid JSON text. Pointers start at `span`. */
export function readItem(
  kind: EntryKind,
  text: string,
  span: JsonSpan,
  { outline, findStored }: ReadingAids = {},
): DocumentReading {
  const envelope = kind === 'server' ? openEnvelope(text, span, outline) : undefined;
  const parts = envelope ?? { server: span, repeated: [] };
  const stored = findStored && storedVersion(kind, text, parts, findStored);
  if (stored !== undefined) return { stored };
  if (envelope !== undefined) return readEnvelope(text, envelope);
  return readDocument(kind, text, span);
}

/** Reads the bare document at `span` of a valid JSON text. Pointers of its problems start at the document. */
export function readDocument(kind: EntryKind, text: string, span: JsonSpan): DocumentReading {
  const checked = checkDocument(kind, text, span);
  if (checked.problems.length > 0) return refusal(kind, checked.value, checked.problems);
  return { document: toVersion(kind, checked) };
}

/** Compacts a value and reports hazards, and a size above 1 MiB. */
export function checkJsonValue(text: string, span: JsonSpan): CheckedJson {
  const compact = compactJson(text, span);
  const problems = [...compact.hazards];
  if (Buffer.byteLength(compact.text) > MAX_DOCUMENT_BYTES) {
    problems.push({ pointer: '', reason: `is larger than ${MAX_DOCUMENT_BYTES} bytes` });
  }
  return { text: compact.text, value: JSON.parse(compact.text), problems };
}

/** The same, and then the lenient check of that kind of document, which needs sound JSON to speak of. */
export function checkDocument(kind: EntryKind, text: string, span: JsonSpan): CheckedJson {
  const checked = checkJsonValue(text, span);
  if (checked.problems.length > 0) return checked;
  const problems = kind === 'server' ? checkServer(checked.value) : checkSkill(checked.value);
  return { ...checked, problems };
}

/** The version that a checked document describes; `meta` is the parsed `_meta` of its envelope, when it had one. */
export function toVersion(kind: EntryKind, checked: CheckedJson, meta?: CheckedJson): VersionDocument {
  return {
    kind,
    name: entryName(kind, checked.value) ?? '',
    version: asText(memberOf(checked.value, 'version')) ?? '',
    ...servedParts(kind, checked, meta),
    facets: facetsOf(checked.value),
  };
}

function servedParts(
  kind: EntryKind,
  { text, value }: Pick<CheckedJson, 'text' | 'value'>,
  meta: CheckedJson | undefined,
): ServedParts {
  const { status, ...facts } = officialFacts(meta?.value, memberOf(value, '_meta'));
  const envelopeMeta = meta && foreignMeta(meta.text);
  return {
    document: text,
    status: statusOf(kind, value, status),
    ...facts,
    ...(envelopeMeta !== undefined && { envelopeMeta }),
  };
}

/**
 * The version that is stored exactly as it stands here. Compact text that is equal has passed all checks; what is served
 * beside it is computed, for which few documents have to be parsed.
 */
function storedVersion(
  kind: EntryKind,
  text: string,
  { server, meta, repeated }: Envelope,
  find: FindStored,
): VersionRef | undefined {
  if (repeated.length > 0) return undefined;
  const document = withoutBlanks(text, server);
  const checkedMeta = meta && checkJsonValue(text, meta);
  if (checkedMeta !== undefined && checkedMeta.problems.length > 0) return undefined;
  const value: unknown = mayStateFacts(document) ? JSON.parse(document) : undefined;
  return find(kind, servedParts(kind, { text: document, value }, checkedMeta));
}

/**
 * False when compact text says nothing of the document's status but that it is active, however that may be escaped, nor,
 * as documents are written, of other facts: if one does so all the same, it only is not found.
 */
function mayStateFacts(document: string): boolean {
  if (document.includes('\\u') || document.includes(OFFICIAL_META)) return true;
  return document.includes('"status"') && OTHER_STATUS.test(document);
}

/** A refusal that names the document as far as that can be stored and shown. */
export function refusal(
  kind: EntryKind,
  value: unknown,
  problems: readonly DocumentProblem[],
): DocumentReading {
  const name = label(entryName(kind, value));
  const version = label(asText(memberOf(value, 'version')));
  return { ...(name && { name }), ...(version && { version }), problems };
}

function readEnvelope(text: string, envelope: Envelope): DocumentReading {
  const server = checkDocument('server', text, envelope.server);
  const meta = envelope.meta && checkJsonValue(text, envelope.meta);
  const problems = [
    ...envelope.repeated.map((key) => ({ pointer: toPointer([key]), reason: 'is a duplicate member' })),
    ...below('/server', server.problems),
    ...below('/_meta', meta?.problems ?? []),
  ];
  if (problems.length > 0) return refusal('server', server.value, problems);
  return { document: toVersion('server', server, meta) };
}

function below(prefix: string, problems: readonly DocumentProblem[]): readonly DocumentProblem[] {
  return problems.map(({ pointer, reason }) => ({ pointer: prefix + pointer, reason }));
}

function entryName(kind: EntryKind, value: unknown): string | undefined {
  const name = asText(memberOf(value, 'name'));
  if (kind === 'server') return name;
  const namespace = asText(memberOf(value, 'namespace'));
  return namespace === undefined || name === undefined ? name : `${namespace}/${name}`;
}

function label(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_LABEL_LENGTH && isStorableText(text) ? text : undefined;
}
