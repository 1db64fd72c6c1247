/** The answers of the registry's first public API (`?format=toolhive`), which name a server's parts as ToolHive does. */
import { readArray, writeObject } from '../common/json-text.js';
import { type ToolHiveEntry, transportOf } from './toolhive-format.js';
import { RawMembers } from './toolhive-members.js';
import { toolHiveVariable, writeToolHiveSettings } from './toolhive-settings.js';

/** An entry in the list: what it is, and how many tools it has. Compact JSON. */
export function toolHiveListItem(name: string, entry: ToolHiveEntry): string {
  const members = new RawMembers(entry.text);
  const tools = readArray(members.strings('tools') ?? '[]');
  return writeObject([...headMembers(name, entry, members), ['tools_count', String(tools.length)]]);
}

/**
 * All that a list client asks for next, as compact JSON. `original`, the compact text of the entry as its source
 * has it, comes last and token for token.
 */
export function toolHiveDetail(name: string, entry: ToolHiveEntry, original?: string): string {
  const members = new RawMembers(entry.text);
  const permissions = members.raw('permissions', 'object');
  return writeObject([
    ...headMembers(name, entry, members),
    ['tools', members.raw('tools', 'array') ?? 'null'],
    ['env_vars', writeToolHiveSettings(members.objects('env_vars').map(toolHiveVariable))],
    ['permissions', permissions === undefined ? undefined : writeObject([['profile', permissions]])],
    ['metadata', detailMetadata(entry, members)],
    ['repository_url', members.string('repository_url')],
    ['tags', members.strings('tags')],
    ['args', members.strings('args')],
    ['image', members.string('image')],
    ['original', original],
  ]);
}

function headMembers(name: string, entry: ToolHiveEntry, members: RawMembers): [string, string][] {
  return [
    ['name', JSON.stringify(name)],
    ['description', members.string('description') ?? '""'],
    ['tier', members.string('tier') ?? '""'],
    ['status', members.string('status') ?? '"active"'],
    ['transport', transportOf(entry.section, members)],
  ];
}

/**
 * Facts from three places in one object: the source's numbers, then the publisher's own members, then what has no
 * member of its own in this shape. A later one wins.
 */
function detailMetadata(entry: ToolHiveEntry, members: RawMembers): string | undefined {
  const merged = new Map<string, string>();
  const numbers = members.object('metadata');
  if (numbers !== undefined) {
    merged.set('stars', numbers.raw('stars', 'number') ?? '0');
    merged.set('pulls', numbers.raw('pulls', 'number') ?? '0');
    merged.set('last_updated', numbers.string('last_updated') ?? '""');
  }
  for (const [key, value] of members.object('custom_metadata')?.entries() ?? []) merged.set(key, value);
  const own = entry.section === 'servers' ? imageFacts(members) : remoteFacts(members);
  for (const [key, value] of own) {
    if (value !== undefined) merged.set(key, value);
  }
  return merged.size === 0 ? undefined : writeObject(merged);
}

function imageFacts(members: RawMembers): [string, string | undefined][] {
  return [
    ['target_port', members.integer('target_port')],
    ['docker_tags', members.strings('docker_tags')],
  ];
}

function remoteFacts(members: RawMembers): [string, string | undefined][] {
  const headers = members.objects('headers').length;
  return [
    ['url', members.string('url')],
    ['headers_count', headers === 0 ? undefined : String(headers)],
    ['oauth_enabled', String(members.raw('oauth_config', 'object') !== undefined)],
  ];
}
