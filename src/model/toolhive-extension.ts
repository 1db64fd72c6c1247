/** ToolHive's extension object in a `server.json`: what the standard has no member for. */
import { members, writeObject } from '../common/json-text.js';
import { PUBLISHER_META, TOOLHIVE_NAMESPACE, type ToolHiveSection } from './toolhive-format.js';
import { RawMembers } from './toolhive-members.js';

type Fields = Readonly<Record<string, string | undefined>>;

/** The order in which the extension object is written; the first part is common to both sections. */
const COMMON = [
  'status',
  'tier',
  'tools',
  'tags',
  'overview',
  'tool_definitions',
  'metadata',
  'custom_metadata',
];
const ORDER: Record<ToolHiveSection, readonly string[]> = {
  servers: [...COMMON, 'permissions', 'args', 'provenance', 'docker_tags', 'proxy_port', 'stateless'],
  remote_servers: [...COMMON, 'oauth_config', 'env_vars', 'proxy_port', 'stateless'],
};

/**
 * The fields that an entry and its extension object share, as raw texts; they have the same names and types in
 * both. Empty strings, arrays and `custom_metadata`, 0 and false are absent; an empty object of permissions, OAuth or
 * provenance says something and stays.
 */
export function sharedFields(section: ToolHiveSection, from: RawMembers): Fields {
  const common = {
    status: from.string('status'),
    tier: from.string('tier'),
    tools: from.strings('tools'),
    tags: from.strings('tags'),
    overview: from.string('overview'),
    tool_definitions: from.objectArray('tool_definitions'),
    metadata: notEmpty(from.raw('metadata', 'object')),
    custom_metadata: notEmpty(from.raw('custom_metadata', 'object')),
    proxy_port: from.integer('proxy_port'),
    stateless: from.flag('stateless'),
  };
  if (section === 'remote_servers') {
    return {
      ...common,
      oauth_config: from.raw('oauth_config', 'object'),
      env_vars: from.objectArray('env_vars'),
    };
  }
  return {
    ...common,
    permissions: from.raw('permissions', 'object'),
    args: from.strings('args'),
    provenance: from.raw('provenance', 'object'),
    docker_tags: from.strings('docker_tags'),
  };
}

/** The `_meta` of a converted document; `key` is the image or URL of the server. Without a status it is active. */
export function writePublisherMeta(section: ToolHiveSection, key: string, fields: Fields): string {
  const metadata =
    fields['metadata'] === undefined ? undefined : notEmpty(currentMetadata(fields['metadata']));
  const written: Fields = { ...fields, status: fields['status'] ?? '"active"', metadata };
  const extension = writeObject(ORDER[section].map((name) => [name, written[name]]));
  return writeObject([
    [PUBLISHER_META, writeObject([[TOOLHIVE_NAMESPACE, writeObject([[key, extension]])]])],
  ]);
}

/** The extension object of a document: the one under `key` (its image or URL), else the first there is. */
export function extensionOf(document: RawMembers, key: string): RawMembers | undefined {
  const namespace = document.object('_meta')?.object(PUBLISHER_META)?.object(TOOLHIVE_NAMESPACE);
  if (namespace === undefined) return undefined;
  const own = namespace.object(key);
  if (own !== undefined) return own;
  for (const [name] of namespace.entries()) {
    const extension = namespace.object(name);
    if (extension !== undefined) return extension;
  }
  return undefined;
}

/** `metadata` as ToolHive writes it today: without `pulls`, and without stars when there are none. */
function currentMetadata(text: string): string {
  const kept: string[] = [];
  let start = 1;
  for (const { key, value } of members(text, { start: 0, end: text.length })) {
    const isDropped =
      key === 'pulls' || (key === 'stars' && Number(text.slice(value.start, value.end)) === 0);
    if (!isDropped) kept.push(text.slice(start, value.end));
    start = value.end + 1;
  }
  return `{${kept.join(',')}}`;
}

function notEmpty(object: string | undefined): string | undefined {
  return object === '{}' ? undefined : object;
}
