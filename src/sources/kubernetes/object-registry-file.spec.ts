import { expect, it } from 'vitest';
import { readRegistry } from '../../model/registry-reader.js';
import { clusterObject } from './cluster-object.js';
import { followedObject, type FollowedObject } from './followed-object.js';
import { SERVER_KINDS, type ServerKind } from './kubernetes-kinds.js';
import { objectRegistryFile } from './object-registry-file.js';

const [MCP_SERVER, REMOTE_PROXY, VIRTUAL_SERVER] = SERVER_KINDS;

function object(
  name: string,
  kind: ServerKind = MCP_SERVER,
  more: Readonly<Record<string, string>> = {},
): FollowedObject {
  const annotations = {
    'toolhive.stacklok.dev/registry-export': 'true',
    'toolhive.stacklok.dev/registry-url': 'https://mcp.example.com',
    'toolhive.stacklok.dev/registry-description': 'What it does',
    ...more,
  };
  const read = clusterObject(kind, { metadata: { namespace: 'n', name, annotations } });
  if (read === undefined) throw new Error('has no name');
  return followedObject(read);
}

it('the same objects in any order are one revision, and no objects are an empty registry', () => {
  const one = objectRegistryFile([object('a'), object('b')], 'cluster');
  const other = objectRegistryFile([object('b'), object('a')], 'cluster');

  expect(other).toEqual(one);
  expect(readRegistry(one.file.text).documents.map(({ name }) => name)).toEqual([
    'com.toolhive.k8s.n/a',
    'com.toolhive.k8s.n/b',
  ]);
  expect(readRegistry(objectRegistryFile([], 'cluster').file.text).documents).toEqual([]);
});

it('claims alone make another revision', () => {
  const claims = { 'toolhive.stacklok.dev/authz-claims': '{"org":"acme"}' };
  const open = objectRegistryFile([object('a')], 'cluster');
  const closed = objectRegistryFile([object('a', MCP_SERVER, claims)], 'cluster');

  expect(closed.file.text).toBe(open.file.text);
  expect(closed.revision).not.toBe(open.revision);
  expect(closed.file.claims?.get('com.toolhive.k8s.n/a')).toEqual({ org: 'acme' });
});

it('of objects that make the same name the first kind stays, and the others are refused by name', () => {
  const objects = [object('a', VIRTUAL_SERVER), object('a', REMOTE_PROXY), object('a')];

  const { file } = objectRegistryFile(objects, 'cluster');

  expect(file.text).toContain('"kind":"MCPServer"');
  expect(file.refused).toMatchObject([
    {
      pointer: '/n/mcpremoteproxies/a',
      problems: [{ reason: expect.stringContaining('MCPServer n/a') as string }],
    },
    { pointer: '/n/virtualmcpservers/a' },
  ]);
});
