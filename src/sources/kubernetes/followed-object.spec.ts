import { describe, expect, it } from 'vitest';
import { checkOfficial } from '../../model/official-document.js';
import { readRegistry } from '../../model/registry-reader.js';
import { clusterObject } from './cluster-object.js';
import { followedObject, type FollowedObject, isSameEntry } from './followed-object.js';
import { SERVER_KINDS, type ServerKind } from './kubernetes-kinds.js';

const [MCP_SERVER, REMOTE_PROXY, VIRTUAL_SERVER] = SERVER_KINDS;
const EXPORTED = {
  'registry-export': 'true',
  'registry-url': 'https://mcp.example.com/mcp',
  'registry-description': 'What it does',
};

interface ObjectParts {
  readonly kind?: ServerKind;
  readonly name?: string;
  readonly labels?: object;
  readonly spec?: object;
  readonly status?: object;
  readonly deletionTimestamp?: string;
}

function follow(annotations: Readonly<Record<string, string>>, parts: ObjectParts = {}): FollowedObject {
  const { kind = MCP_SERVER, name = 'fetch', spec = {}, status, ...metadata } = parts;
  const entries = Object.entries(annotations).map(([key, value]) => [`toolhive.stacklok.dev/${key}`, value]);
  const object = clusterObject(kind, {
    metadata: { namespace: 'tools', name, uid: 'u-1', annotations: Object.fromEntries(entries), ...metadata },
    spec,
    status,
  });
  if (object === undefined) throw new Error('has no name');
  return followedObject(object);
}

function documentOf(
  annotations: Readonly<Record<string, string>>,
  parts?: ObjectParts,
): Record<string, unknown> {
  const { entry } = follow({ ...EXPORTED, ...annotations }, parts);
  if (entry === undefined || 'refused' in entry) throw new Error(JSON.stringify(entry));
  expect(readRegistry(`{"servers":[${entry.document}]}`).refused).toEqual([]);
  return JSON.parse(entry.document) as Record<string, unknown>;
}

function reasonsOf(annotations: Readonly<Record<string, string>>, parts?: ObjectParts): readonly string[] {
  const { entry } = follow(annotations, parts);
  if (entry === undefined || !('refused' in entry)) return [];
  return entry.refused.problems.map(({ pointer, reason }) => `${pointer.split('~1').at(-1)} ${reason}`);
}

describe('an exported object', () => {
  it('becomes a server.json with everything that its annotations say', () => {
    const annotations = {
      'registry-title': 'Fetch',
      'registry-icon': 'https://example.com/i.png',
      'registry-category': 'web',
      tools: '["get", "post"]',
      'tool-definitions': '[{"name":"get","n":1.0}]',
    };
    const document = documentOf(annotations, {
      spec: { image: 'ghcr.io/x/fetch:2.1.0', transport: 'sse', proxyPort: 9000 },
    });

    expect(document).toEqual({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: 'com.toolhive.k8s.tools/fetch',
      description: 'What it does',
      title: 'Fetch',
      version: '2.1.0',
      icons: [{ src: 'https://example.com/i.png' }],
      packages: [
        {
          registryType: 'oci',
          identifier: 'ghcr.io/x/fetch:2.1.0',
          version: '2.1.0',
          transport: { type: 'sse', url: 'http://localhost:9000' },
        },
      ],
      remotes: [{ type: 'streamable-http', url: 'https://mcp.example.com/mcp' }],
      _meta: {
        'io.modelcontextprotocol.registry/publisher-provided': {
          'io.github.stacklok': {
            'https://mcp.example.com/mcp': {
              status: 'active',
              tools: ['get', 'post'],
              tags: ['web'],
              tool_definitions: [{ name: 'get', n: 1 }],
              metadata: {
                kubernetes: {
                  kind: 'MCPServer',
                  namespace: 'tools',
                  name: 'fetch',
                  uid: 'u-1',
                  image: 'ghcr.io/x/fetch:2.1.0',
                  transport: 'sse',
                },
              },
            },
          },
        },
      },
    });
  });

  it.each([REMOTE_PROXY, VIRTUAL_SERVER])('of kind $kind has no package and version 1.0.0', (kind) => {
    const document = documentOf({}, { kind, spec: { image: 'x:2.0.0' } });

    expect([document['version'], document['packages']]).toEqual(['1.0.0', undefined]);
  });

  it.each([
    [' v1.2.3 ', 'x:9.9.9', 'v1.2.3'],
    ['1.2.3-rc.1', 'x:9.9.9', '1.2.3-rc.1'],
    ['latest', 'reg:5000/x:2.0.0@sha256:aa', '2.0.0'],
    ['1.2.3+build', 'reg:5000/x', '1.0.0'],
    ['^1.2.3', 'x:latest', '1.0.0'],
    [`1.2.3-${'x'.repeat(255)}`, 'x@sha256:aa', '1.0.0'],
    ['', 'x:01.2.3', '1.0.0'],
  ])('with the version %j and the image %s is published as %s', (annotation, image, version) => {
    expect(documentOf({ 'registry-version': annotation }, { spec: { image } })['version']).toBe(version);
  });

  it.each([
    [{ transport: 'stdio', proxyMode: 'sse' }, 'sse'],
    [{ transport: 'stdio' }, 'streamable-http'],
    [{}, 'streamable-http'],
    [{ transport: 'streamable-http' }, 'streamable-http'],
  ])('that runs with %j has a package with the transport %s', (spec, type) => {
    const document = documentOf({}, { spec: { ...spec, image: 'x:1.0.0' } });

    expect(document['packages']).toMatchObject([{ transport: { type } }]);
  });

  it.each(['ghcr.io/x/fetch:latest', 'ghcr.io/x/fetch', `ghcr.io/x/fetch@sha256:${'a'.repeat(64)}`])(
    'of the image %s is valid for every client',
    (image) => {
      const findings = checkOfficial(documentOf({}, { spec: { image } }));

      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    },
  );

  it('does without annotations that are not the JSON they should be, and says which', () => {
    const annotations = { ...EXPORTED, tools: '[1]', 'tool-definitions': '{' };

    const { entry, skipped } = follow(annotations);

    expect(skipped).toEqual(['tools', 'tool-definitions']);
    expect(entry).toMatchObject({ document: expect.not.stringMatching(/"tool(s|_definitions)":/) as string });
  });

  it('is refused by name with every reason at once', () => {
    const reasons = reasonsOf({
      'registry-export': 'true',
      'registry-url': 'javascript:alert(1)',
      'authz-claims': '[]',
    });

    expect(reasons).toEqual([
      'registry-url must be an absolute http or https address',
      'registry-description is missing',
      'authz-claims must be a JSON object whose values are texts or lists of texts',
    ]);
    expect(follow({ 'registry-export': 'true' }).entry).toMatchObject({
      refused: { name: 'com.toolhive.k8s.tools/fetch', version: '1.0.0', pointer: '/tools/mcpservers/fetch' },
    });
  });

  it('is refused when its name is too long for an entry', () => {
    expect(reasonsOf(EXPORTED, { name: 'x'.repeat(200) })).toMatchObject([
      expect.stringMatching(/200 characters/),
    ]);
  });
});

describe('claims', () => {
  it.each([
    [undefined, {}],
    ['{"org":"acme","team":["a","b"]}', { org: 'acme', team: ['a', 'b'] }],
  ])('of the annotation %s are %j', (annotation, claims) => {
    const annotations = annotation === undefined ? EXPORTED : { ...EXPORTED, 'authz-claims': annotation };

    expect(follow(annotations).claims).toEqual(claims);
  });

  it.each(['{"org":1}', '{"org":{"a":"b"}}', '{"org":"a","org":"b"}', '"acme"', '{'])(
    'that cannot be understood refuse the object: %s',
    (annotation) => {
      expect(reasonsOf({ ...EXPORTED, 'authz-claims': annotation })).toHaveLength(1);
    },
  );
});

describe('an object that is not exported', () => {
  it.each(['True', '1', 'yes', ''])('with registry-export %j becomes no entry', (value) => {
    expect(follow({ ...EXPORTED, 'registry-export': value }).entry).toBeUndefined();
  });
});

describe('what runs', () => {
  it.each([
    [{ phase: 'Ready', url: 'http://a' }, 'Ready', true],
    [{ phase: 'Running' }, 'Running', true],
    [{ phase: 'Failed' }, 'Failed', false],
    [undefined, 'Pending', false],
  ])('with the status %j is %s, ready: %s', (status, phase, ready) => {
    const { deployment } = follow(EXPORTED, { ...(status && { status }), spec: { image: 'x:1.0.0' } });

    expect(deployment).toEqual({
      name: 'fetch',
      namespace: 'tools',
      kind: 'MCPServer',
      status: phase,
      image: 'x:1.0.0',
      transport: 'stdio',
      ready,
      endpoint_url: status !== undefined && 'url' in status ? status.url : '',
    });
  });

  it('ends as soon as it is being deleted', () => {
    const { deployment } = follow(EXPORTED, {
      status: { phase: 'Ready' },
      deletionTimestamp: '2026-01-01T00:00:00Z',
    });

    expect(deployment).toMatchObject({ status: 'Terminating', ready: false });
  });

  it('is no change of the catalogue', () => {
    const one = follow(EXPORTED, { status: { phase: 'Pending' } });
    const other = follow(EXPORTED, { status: { phase: 'Ready' } });
    const renamed = follow({ ...EXPORTED, 'registry-title': 'Other' });
    const claimed = follow({ ...EXPORTED, 'authz-claims': '{"a":"b"}' });

    expect([other, renamed, claimed, undefined].map((next) => isSameEntry(one, next))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
