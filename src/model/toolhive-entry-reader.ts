import type { JsonSpan } from '../common/json-text.js';
import { isStorableText } from './bounded-text.js';
import type { DocumentProblem } from './document-problem.js';
import {
  checkDocument,
  checkJsonValue,
  type DocumentReading,
  refusal,
  toVersion,
} from './document-reader.js';
import { asText, memberOf } from './json-value.js';
import { TOOLHIVE_NAMESPACE, ToolHiveConversionError, type ToolHiveSection } from './toolhive-format.js';
import { toolHiveToServer } from './toolhive-to-server.js';

/** Longest key that name filters and lookups have to deal with, in UTF-16 units. */
const MAX_KEY_LENGTH = 256;

/**
 * Reads one server of a ToolHive registry, found under `key` at `span` of a valid JSON text, as the `server.json`
 * that it converts to, with its own compact text as `original`. Pointers of problems start at the entry.
 */
export function readToolHiveEntry(
  section: ToolHiveSection,
  key: string,
  text: string,
  span: JsonSpan,
): DocumentReading {
  const original = checkJsonValue(text, span);
  const problems = [...original.problems, ...keyProblems(key)];
  if (problems.length > 0) return refusal('server', identity(key, original.value), problems);

  const converted = convert(section, key, original.text);
  if ('problems' in converted) return refusal('server', identity(key, original.value), converted.problems);

  const document = checkDocument('server', converted.document, {
    start: 0,
    end: converted.document.length,
  });
  if (document.problems.length > 0) {
    return refusal('server', document.value, document.problems.map(inConverted));
  }
  return { document: { ...toVersion('server', document), sourceKey: key, original: original.text } };
}

/**
 * The name and version that the entry would have, so that its refusal can be matched with what was read before: a
 * name without namespace gets ToolHive's, and the format has no versions but this one.
 */
function identity(key: string, entry: unknown): { readonly name: string; readonly version: string } {
  const name = asText(memberOf(entry, 'name')) || key;
  return { name: name.includes('/') ? name : `${TOOLHIVE_NAMESPACE}/${name}`, version: '1.0.0' };
}

function keyProblems(key: string): readonly DocumentProblem[] {
  if (key.length > MAX_KEY_LENGTH)
    return [{ pointer: '', reason: `has a key longer than ${MAX_KEY_LENGTH} characters` }];
  if (!isStorableText(key)) return [{ pointer: '', reason: 'has a key with NUL or a lone surrogate' }];
  return [];
}

function convert(
  section: ToolHiveSection,
  key: string,
  text: string,
): { readonly document: string } | { readonly problems: readonly DocumentProblem[] } {
  try {
    return toolHiveToServer({ section, key, text });
  } catch (error) {
    if (error instanceof ToolHiveConversionError) return { problems: error.problems };
    throw error;
  }
}

/** The converted document has other places than the entry, so that a pointer into it would lead astray. */
function inConverted({ pointer, reason }: DocumentProblem): DocumentProblem {
  return { pointer: '', reason: `converts to a server.json in which "${pointer}" ${reason}` };
}
