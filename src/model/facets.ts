import { cutText } from './bounded-text.js';
import type { EntryFacets } from './entry.js';
import { asObject, asText, itemsOf, memberOf } from './json-value.js';
import { PUBLISHER_META } from './toolhive-format.js';

/** Values kept of each facet, and the length in UTF-16 units above which a value is no tag or name any more. */
const MAX_VALUES = 500;
const MAX_VALUE_LENGTH = 256;

/**
 * What indexes, filters and search need of a document that passed its check. Reads both spellings of member names
 * (2025-07-09 and later) and what publishers add two levels down in their extension, where ToolHive keeps tags and
 * tools. Each list has at most 500 values of at most 256 characters, without repeats.
 */
export function facetsOf(document: unknown): EntryFacets {
  const packages = itemsOf(memberOf(document, 'packages'));
  const remotes = itemsOf(memberOf(document, 'remotes'));
  const extensions = publisherExtensions(document);
  const title = asText(memberOf(document, 'title'))?.trim() ?? '';
  return {
    ...(title !== '' && { title: cutText(title, MAX_VALUE_LENGTH) }),
    description: asText(memberOf(document, 'description')) ?? '',
    tags: values(extensions.flatMap((extension) => itemsOf(memberOf(extension, 'tags')))),
    tools: values(extensions.flatMap(toolNames)),
    registryTypes: values(
      packages.map((item) => memberOf(item, 'registryType') ?? memberOf(item, 'registry_type')),
    ),
    transports: values([
      ...packages.map((item) => memberOf(memberOf(item, 'transport'), 'type')),
      ...remotes.map((item) => memberOf(item, 'type')),
    ]),
  };
}

/** The objects two levels down in what the publisher added: publisher's namespace, then image or URL. */
function publisherExtensions(document: unknown): readonly unknown[] {
  const namespaces = memberOf(memberOf(document, '_meta'), PUBLISHER_META);
  return Object.values(asObject(namespaces) ?? {}).flatMap((namespace) =>
    Object.values(asObject(namespace) ?? {}),
  );
}

function toolNames(extension: unknown): readonly unknown[] {
  const definitions = itemsOf(memberOf(extension, 'tool_definitions'));
  return [
    ...itemsOf(memberOf(extension, 'tools')),
    ...definitions.map((definition) => memberOf(definition, 'name')),
  ];
}

function values(candidates: readonly unknown[]): readonly string[] {
  const found = new Set<string>();
  for (const candidate of candidates) {
    if (found.size === MAX_VALUES) break;
    const isValue =
      typeof candidate === 'string' && candidate.trim() !== '' && candidate.length <= MAX_VALUE_LENGTH;
    if (isValue) found.add(candidate);
  }
  return [...found];
}
