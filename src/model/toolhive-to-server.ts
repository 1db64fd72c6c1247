import { kindAt, writeArray, writeObject } from '../common/json-text.js';
import { sharedFields, writePublisherMeta } from './toolhive-extension.js';
import {
  ToolHiveConversionError,
  type ToolHiveEntry,
  TOOLHIVE_NAMESPACE,
  transportOf,
} from './toolhive-format.js';
import { RawMembers } from './toolhive-members.js';
import { toolHiveHeader, toolHiveVariable, writeServerInputs } from './toolhive-settings.js';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const HIGHEST_PORT = 65_535;

/**
 * The `server.json` of one ToolHive entry, compact; the same entry always gives the same text. Values that are
 * copied keep every token; unknown members are left behind. `key` is the entry's member name in its file.
 * @throws ToolHiveConversionError for entries that clients could not read, with every reason
 */
export function toolHiveToServer(entry: ToolHiveEntry & { readonly key: string }): {
  name: string;
  document: string;
} {
  if (kindAt(entry.text, 0) !== 'object') {
    throw new ToolHiveConversionError([{ pointer: '', reason: 'must be an object' }]);
  }
  const reasons = new Map<string, string>();
  const members = new RawMembers(entry.text, (pointer, reason) => reasons.set(pointer, reason));

  const name = serverName(members, entry.key);
  const repository = members.string('repository_url');
  const document = writeObject([
    ['$schema', JSON.stringify(SCHEMA)],
    ['name', name],
    ['description', members.needed('description')],
    ['title', members.string('title')],
    [
      'repository',
      repository &&
        writeObject([
          ['url', repository],
          ['source', '"github"'],
        ]),
    ],
    ['version', '"1.0.0"'],
    ...(entry.section === 'servers' ? packagePart(members) : remotePart(members)),
  ]);
  if (reasons.size > 0) {
    throw new ToolHiveConversionError(Array.from(reasons, ([pointer, reason]) => ({ pointer, reason })));
  }
  return { name: JSON.parse(name) as string, document };
}

/** Clients know servers by names with a namespace, so that short ones get ToolHive's. */
function serverName(members: RawMembers, key: string): string {
  const text = members.string('name') ?? JSON.stringify(key);
  const name = JSON.parse(text) as string;
  return name.includes('/') ? text : `"${TOOLHIVE_NAMESPACE}/${text.slice(1)}`;
}

function packagePart(members: RawMembers): [string, string][] {
  const image = members.needed('image');
  const transport = transportOf('servers', members);
  const onePackage = writeObject([
    ['registryType', '"oci"'],
    ['identifier', image],
    [
      'transport',
      writeObject([
        ['type', transport],
        ['url', localUrl(transport, members)],
      ]),
    ],
    ['environmentVariables', writeServerInputs(members.objects('env_vars').map(toolHiveVariable))],
  ]);
  return [
    ['packages', writeArray([onePackage])],
    ['_meta', writePublisherMeta('servers', JSON.parse(image) as string, sharedFields('servers', members))],
  ];
}

/** Where an image that speaks HTTP is reached: containers run beside their client, behind a forwarded port. */
function localUrl(transport: string, members: RawMembers): string | undefined {
  const port = Number(members.integer('target_port') ?? 0);
  const type = JSON.parse(transport) as string;
  if (type !== 'sse' && type !== 'streamable-http') return undefined;
  if (port < 0 || port > HIGHEST_PORT) members.problem('target_port', `must be from 0 to ${HIGHEST_PORT}`);
  return port === 0 ? '"http://localhost"' : `"http://localhost:${port}"`;
}

function remotePart(members: RawMembers): [string, string][] {
  const url = members.needed('url');
  // In the document they are part of the extension object, in ToolHive's spelling; read here only to be checked.
  members.objects('env_vars').forEach(toolHiveVariable);
  const remote = writeObject([
    ['type', transportOf('remote_servers', members)],
    ['url', url],
    ['headers', writeServerInputs(members.objects('headers').map(toolHiveHeader))],
  ]);
  const fields = sharedFields('remote_servers', members);
  return [
    ['remotes', writeArray([remote])],
    ['_meta', writePublisherMeta('remote_servers', JSON.parse(url) as string, fields)],
  ];
}
