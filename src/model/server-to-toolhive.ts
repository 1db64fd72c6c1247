import { writeArray, writeObject } from '../common/json-text.js';
import { extensionOf, sharedFields } from './toolhive-extension.js';
import type { ToolHiveSection } from './toolhive-format.js';
import { RawMembers } from './toolhive-members.js';
import {
  serverHeader,
  serverRuntimeVariable,
  serverVariable,
  writeToolHiveSettings,
} from './toolhive-settings.js';

type Member = [string, string | undefined];

/**
 * The ToolHive entry of a `server.json`, compact. A server with remotes is a remote one (the first counts);
 * otherwise it needs exactly one OCI package. Undefined for a document that ToolHive has no entry for.
 * `name` is the server's full name, which the entry holds too.
 */
export function serverToToolHive(
  document: string,
): { section: ToolHiveSection; name: string; entry: string } | undefined {
  const server = new RawMembers(document);
  const name = server.decoded('name');
  if (name === undefined) return undefined;
  const remote = server.objects('remotes')[0];
  if (remote !== undefined) return remoteEntry(name, server, remote);
  const images = server.objects('packages').filter((item) => item.decoded('registryType') === 'oci');
  const [image] = images;
  return image === undefined || images.length > 1 ? undefined : imageEntry(name, server, image);
}

function remoteEntry(name: string, server: RawMembers, remote: RawMembers) {
  const url = remote.string('url');
  if (url === undefined) return undefined;
  const fields = extensionFields('remote_servers', server, url);
  const entry = writeObject([
    ...commonMembers(server, fields, remote.string('type')),
    ['url', url],
    ['headers', writeToolHiveSettings(remote.objects('headers').map(serverHeader))],
    ['oauth_config', fields['oauth_config']],
    ['env_vars', fields['env_vars']],
    ['proxy_port', fields['proxy_port']],
  ]);
  return { section: 'remote_servers' as const, name, entry };
}

function imageEntry(name: string, server: RawMembers, image: RawMembers) {
  const identifier = image.string('identifier');
  const transport = image.object('transport');
  const port = portOf(transport?.decoded('url') ?? '');
  if (identifier === undefined || port === undefined) return undefined;
  const fields = extensionFields('servers', server, identifier);
  const runtimeVariables = image
    .objects('runtimeArguments')
    .flatMap((item) => serverRuntimeVariable(item) ?? []);
  const variables = [...image.objects('environmentVariables').map(serverVariable), ...runtimeVariables];
  const entry = writeObject([
    ...commonMembers(server, fields, transport?.string('type')),
    ['image', identifier],
    ['target_port', port === 0 ? undefined : String(port)],
    ['proxy_port', fields['proxy_port']],
    ['permissions', fields['permissions']],
    ['env_vars', writeToolHiveSettings(variables)],
    ['args', packageArguments(image) ?? fields['args']],
    ['docker_tags', fields['docker_tags']],
    ['provenance', fields['provenance']],
  ]);
  return { section: 'servers' as const, name, entry };
}

function extensionFields(section: ToolHiveSection, server: RawMembers, key: string) {
  return sharedFields(section, extensionOf(server, JSON.parse(key) as string) ?? new RawMembers('{}'));
}

/** What both sections begin with. ToolHive's schema requires four of these members, so they are there when empty. */
function commonMembers(
  server: RawMembers,
  fields: Readonly<Record<string, string | undefined>>,
  transport: string | undefined,
): Member[] {
  return [
    ['name', server.string('name')],
    ['title', server.string('title')],
    ['description', server.string('description') ?? '""'],
    ['tier', fields['tier'] ?? '""'],
    ['status', fields['status'] ?? '""'],
    ['transport', transport ?? '""'],
    ['tools', fields['tools'] ?? 'null'],
    ['metadata', fields['metadata']],
    ['repository_url', server.object('repository')?.string('url')],
    ['tags', fields['tags']],
    ['custom_metadata', fields['custom_metadata']],
    ['overview', fields['overview']],
    ['tool_definitions', fields['tool_definitions']],
    ['stateless', fields['stateless']],
  ];
}

/** The fixed part of the command line: names of arguments and their values, in order. */
function packageArguments(image: RawMembers): string | undefined {
  const words = image
    .objects('packageArguments')
    .flatMap((argument) => [argument.string('name'), argument.string('value')])
    .filter((word) => word !== undefined);
  return words.length === 0 ? undefined : writeArray(words);
}

const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;
const HOST_AND_PORT = /^(?:[^@]*@)?(?:\[[0-9a-f:.]+\]|[^\s:[\]{}\\^|`%]*)(?::(\d*))?$/i;

/**
 * The port that a URL spells out, 0 when it spells none, undefined when the URL cannot be read (a template such as
 * `http://localhost:{port}`). Not by `URL`, which forgets a port that is its scheme's default.
 */
function portOf(url: string): number | undefined {
  const authority = AUTHORITY.exec(url)?.[1];
  if (authority === undefined) return 0;
  const match = HOST_AND_PORT.exec(authority);
  if (match === null) return undefined;
  const port = Number(match[1] ?? '');
  return port > 65_535 ? undefined : port;
}
