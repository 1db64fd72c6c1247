import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { checkOfficial } from '../../src/model/official-document.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type JsonObject = { [member: string]: Json };

const PUBLISHER_PROVIDED = 'io.modelcontextprotocol.registry/publisher-provided';
const SAMPLE = JSON.parse(
  readFileSync(new URL('../../config/registry-sample.json', import.meta.url), 'utf8'),
) as {
  version: string;
  meta: { last_updated: string };
  data: { servers: JsonObject[]; skills: JsonObject[]; plugins: JsonObject[] };
};
const { servers, skills, plugins } = SAMPLE.data;

const packages = servers.flatMap((server) => objects(server['packages']));
const remotes = servers.flatMap((server) => objects(server['remotes']));
const transports = packages.flatMap((item) => objects([item['transport'] ?? null]));
const headers = remotes.flatMap((remote) => objects(remote['headers']));
const environment = packages.flatMap((item) => objects(item['environmentVariables']));
const packageArguments = packages.flatMap((item) => objects(item['packageArguments']));
const runtimeArguments = packages.flatMap((item) => objects(item['runtimeArguments']));
const icons = servers.flatMap((server) => objects(server['icons']));
const repositories = servers.flatMap((server) => objects([server['repository'] ?? null]));
const skillPackages = skills.flatMap((skill) => objects(skill['packages']));
const pluginPackages = plugins.flatMap((plugin) => objects(plugin['packages']));
const extensions = servers.flatMap((server) => extensionsOf(server).map(([, extension]) => extension));

function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function extensionsOf(server: JsonObject): [string, JsonObject][] {
  const meta = isObject(server['_meta']) ? server['_meta'][PUBLISHER_PROVIDED] : undefined;
  const toolhive = isObject(meta) ? meta['io.github.stacklok'] : undefined;
  return isObject(toolhive)
    ? Object.entries(toolhive).flatMap(([key, value]) => (isObject(value) ? [[key, value]] : []))
    : [];
}

/** Text, or nothing where something else stands. */
function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function versionsOf(name: string): string {
  return servers
    .filter((server) => server['name'] === name)
    .map(({ version }) => text(version))
    .join();
}

function strings(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => [member, ...strings(inner)]);
}

const EXTENSION_MEMBERS =
  'tools tags metadata custom_metadata overview tool_definitions permissions provenance docker_tags args proxy_port stateless oauth_config'.split(
    ' ',
  );

/** What is looked at, the member that must occur in it, where it is looked for, and the values of it that must (any, when none is named). */
const MEMBERS: [string, string, JsonObject[], Json[]?][] = [
  ['server', 'websiteUrl', servers],
  ['package', 'registryType', packages, ['npm', 'pypi', 'nuget', 'cargo', 'oci', 'mcpb']],
  ['package', 'runtimeHint', packages, ['npx', 'uvx', 'docker', 'dnx']],
  ['package transport', 'type', transports, ['stdio', 'sse', 'streamable-http']],
  ['remote', 'type', remotes, ['sse', 'streamable-http']],
  ['remote', 'variables', remotes],
  ['header', 'isSecret', headers, [true]],
  ['header', 'choices', headers],
  ['header', 'variables', headers],
  ['environment', 'isRequired', environment, [true]],
  ['environment', 'isSecret', environment, [true]],
  ['environment', 'default', environment],
  ['environment', 'choices', environment],
  ['environment', 'placeholder', environment],
  ['environment', 'format', environment, ['number', 'filepath']],
  ['argument', 'format', packageArguments, ['boolean', 'number', 'filepath']],
  ['argument', 'valueHint', packageArguments],
  ['argument', 'variables', packageArguments],
  ['runtime argument', 'variables', runtimeArguments],
  ['icon', 'theme', icons, ['light', 'dark']],
  ['icon', 'mimeType', icons, ['image/png', 'image/jpeg', 'image/svg+xml', 'image/webp']],
  ['repository', 'source', repositories, ['github', 'gitlab']],
  ['repository', 'subfolder', repositories],
  ['repository', 'id', repositories],
  ['extension', 'status', extensions, ['Active', 'Deprecated']],
  ['extension', 'tier', extensions, ['Official', 'Community']],
  ...EXTENSION_MEMBERS.map((member): [string, string, JsonObject[]] => ['extension', member, extensions]),
  ['skill', 'status', skills, ['active', 'deprecated', 'archived']],
  ...['title', 'license', 'compatibility', 'allowedTools', 'icons', 'repository', 'provenance', '_meta'].map(
    (member): [string, string, JsonObject[]] => ['skill', member, skills],
  ),
  ['skill package', 'registryType', skillPackages, ['oci', 'git']],
  ['skill package', 'digest', skillPackages],
  ['skill package', 'commit', skillPackages],
  ['plugin', 'icons', plugins],
  ['plugin package', 'registryType', pluginPackages, ['oci', 'git']],
];

/** What takes more than one member to tell. */
const FEATURES: [string, () => boolean][] = [
  [
    'bundle from a release with its hash',
    () =>
      packages.some(
        ({ registryType, identifier, fileSha256 }) =>
          registryType === 'mcpb' && text(identifier).includes('/releases/download/') && !!fileSha256,
      ),
  ],
  ['several packages', () => servers.some((server) => objects(server['packages']).length > 1)],
  ['packages beside remotes', () => servers.some(({ packages, remotes }) => !!packages && !!remotes)],
  ...['sse', 'streamable-http'].flatMap((type): [string, () => boolean][] => [
    [
      `package transport ${type} with a header and a variable in its URL`,
      () => transports.some((item) => item['type'] === type && isTemplated(item['url']) && !!item['headers']),
    ],
    [`remote ${type} with headers`, () => remotes.some((item) => item['type'] === type && !!item['headers'])],
  ]),
  [
    'environment variable whose value is made of variables',
    () => environment.some(({ value, variables }) => isTemplated(value) && !!variables),
  ],
  [
    'positional argument with a fixed value',
    () => packageArguments.some(({ type, value }) => type === 'positional' && !!value),
  ],
  ...['positional', 'named'].map((type): [string, () => boolean] => [
    `repeated ${type} argument`,
    () => packageArguments.some((item) => item['type'] === type && item['isRepeated'] === true),
  ]),
  ['icon of any size', () => icons.some(({ sizes }) => Array.isArray(sizes) && sizes.includes('any'))],
  [
    'block of another publisher',
    () => servers.some(({ _meta }) => strings(_meta ?? null).includes('com.example.release')),
  ],
  [
    'three versions, one of them a prerelease',
    () => versionsOf('com.example.weather/forecast') === '1.0.0,1.1.0-rc.1,1.1.0',
  ],
  ['versions that are dates', () => versionsOf('net.example.office/calendar') === '2026-03-01,2026-09-15'],
];

function isTemplated(value: Json | undefined): boolean {
  return text(value).includes('{');
}

describe('the sample registry', () => {
  it('holds 13 servers in 16 versions, 4 skills and 2 plugins', () => {
    expect(new Set(servers.map(({ name }) => name)).size).toBe(13);
    expect([servers.length, skills.length, plugins.length]).toEqual([16, 4, 2]);
  });

  it('repeats no name and version', () => {
    const keys = [
      ...servers.map(({ name, version }) => `server ${text(name)} ${text(version)}`),
      ...skills.map(({ namespace, name }) => `skill ${text(namespace)}/${text(name)}`),
      ...plugins.map(({ namespace, name }) => `plugin ${text(namespace)}/${text(name)}`),
    ];

    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(MEMBERS)('shows: %s with %s', (_what, member, list, values) => {
    const shown = new Set(list.map((item) => item[member]).filter((value) => value !== undefined));

    expect(shown.size).toBeGreaterThan(0);
    for (const value of values ?? []) expect(shown).toContain(value);
  });

  it.each(FEATURES)('shows: %s', (_feature, isShown) => {
    expect(isShown()).toBe(true);
  });

  it('marks exactly one server as deprecated', () => {
    expect(extensions.filter(({ status }) => status === 'Deprecated')).toHaveLength(1);
  });

  it('keys each extension by an identifier or address of its own server', () => {
    for (const server of servers) {
      const places = [
        ...objects(server['packages']).map(({ identifier }) => identifier),
        ...objects(server['remotes']).map(({ url }) => url),
      ];
      for (const [key] of extensionsOf(server)) expect(places).toContain(key);
    }
  });

  it('gives no secret a default and no remote address to two servers', () => {
    const inputs = [...headers, ...environment, ...packageArguments, ...runtimeArguments];
    const owners = servers.flatMap(({ name, remotes }) =>
      objects(remotes ?? null).map(({ url }) => ({ name: text(name), url: text(url) })),
    );

    expect(inputs.filter((input) => input['isSecret'] === true && input['default'] !== undefined)).toEqual(
      [],
    );
    for (const { name, url } of owners) {
      expect(owners.filter((owner) => owner.url === url && owner.name !== name)).toEqual([]);
    }
  });

  it('names no host but those reserved for examples, the two forges and the homes of schemas', () => {
    const hosts = strings(SAMPLE.data as unknown as Json)
      .flatMap((text) => /^https?:\/\/([^/:]+)/.exec(text)?.[1] ?? [])
      .filter((host) => !/(^|\.)example\.(com|org|net)$/.test(host));

    expect(new Set(hosts)).toEqual(
      new Set([
        'static.modelcontextprotocol.io',
        'github.com',
        'gitlab.com',
        'localhost',
        '127.0.0.1',
        'token.actions.githubusercontent.com',
      ]),
    );
  });

  it('names packages of skills and plugins by kind and place', () => {
    for (const item of [...skillPackages, ...pluginPackages]) {
      expect(item[item['registryType'] === 'oci' ? 'identifier' : 'url']).toBeTypeOf('string');
    }
  });

  it('keeps within what the official registry allows for publisher blocks', () => {
    for (const server of servers) {
      expect(JSON.stringify(server['_meta']).length).toBeLessThan(4096);
    }
  });

  it('gives the official registry nothing to complain about', () => {
    const findings = servers.flatMap((server) =>
      checkOfficial(server).map((finding) => ({ server: server['name'], ...finding })),
    );

    expect(findings).toEqual([]);
  });

  describe.skipIf(!hasSharedData)('by the official schema', () => {
    it.each(servers.map((server) => [`${text(server['name'])} ${text(server['version'])}`, server]))(
      '%s is valid',
      (_title, server) => {
        const ajv = new Ajv({ strict: false });
        addFormats.default(ajv);
        const schema: unknown = JSON.parse(readFileSync(sharedData('server.schema.2025-12-11.json'), 'utf8'));
        const validate = ajv.compile(schema as object);

        validate(server);

        expect(validate.errors ?? []).toEqual([]);
      },
    );
  });
});
