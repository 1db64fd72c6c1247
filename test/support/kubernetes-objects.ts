import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import type { KubernetesApi } from './kubernetes-api.js';

const GROUP = 'toolhive.stacklok.dev';
const ESTABLISH_LIMIT_MS = 20_000;
const PLURALS = {
  MCPServer: 'mcpservers',
  MCPRemoteProxy: 'mcpremoteproxies',
  VirtualMCPServer: 'virtualmcpservers',
} as const;
const SPECS = {
  MCPServer: { image: 'ghcr.io/example/server:1.2.0', transport: 'stdio' },
  MCPRemoteProxy: { remoteUrl: 'https://mcp.example.com' },
  VirtualMCPServer: {},
} as const;

export type TestKind = keyof typeof PLURALS;

/** An object as a test wants it; without annotations of its own it is exported with a URL and a description. */
export interface ObjectWish {
  readonly kind?: TestKind;
  readonly namespace: string;
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

/** Defines the three kinds, and waits until the server takes objects of them. `version` is served alone when given. */
export async function defineKinds(
  api: KubernetesApi,
  options: { readonly kinds?: readonly TestKind[]; readonly version?: 'v1alpha1' } = {},
): Promise<void> {
  const { kinds = Object.keys(PLURALS) as TestKind[], version } = options;
  for (const definition of definitions()) {
    if (!kinds.includes(definition.spec.names.kind)) continue;
    for (const one of definition.spec.versions) {
      if (version === undefined) continue;
      one.served = one.name === version;
      one.storage = one.served;
    }
    await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    const served = definition.spec.versions.find((one) => one.served)?.name ?? '';
    const deadline = Date.now() + ESTABLISH_LIMIT_MS;
    const path = `/apis/${GROUP}/${served}/${definition.spec.names.plural}`;
    while ((await api.ask('GET', path)).status !== 200) {
      if (Date.now() > deadline) throw new Error(`${path} is not served`);
      await wait(50);
    }
  }
}

/** Takes the three kinds away, with all objects of them. */
export async function removeKinds(api: KubernetesApi): Promise<void> {
  for (const { metadata } of definitions()) {
    await api.ask('DELETE', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`);
  }
}

/** Makes a namespace. */
export async function createNamespace(api: KubernetesApi, name: string): Promise<void> {
  await api.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** Creates an object. */
export async function createObject(api: KubernetesApi, wish: ObjectWish, version = 'v1beta1'): Promise<void> {
  await api.call('POST', collectionPath(wish, version), manifest(wish, version));
}

/** Changes an object by a merge patch, such as `{ metadata: { annotations } }`. */
export async function patchObject(api: KubernetesApi, wish: ObjectWish, patch: object): Promise<void> {
  await api.call('PATCH', objectPath(wish), patch);
}

/** Sets an object's status, as the operator does. */
export async function setStatus(api: KubernetesApi, wish: ObjectWish, status: object): Promise<void> {
  await api.call('PATCH', `${objectPath(wish)}/status`, { status });
}

/** Deletes an object. */
export async function deleteObject(api: KubernetesApi, wish: ObjectWish): Promise<void> {
  await api.call('DELETE', objectPath(wish));
}

/** Deletes all MCPServer objects of a namespace. */
export async function deleteAll(api: KubernetesApi, namespace: string): Promise<void> {
  await api.call('DELETE', collectionPath({ namespace, name: '' }));
}

/** What the API server has of the three kinds, in all namespaces: `namespace/name` to the annotated title. */
export async function storedTitles(api: KubernetesApi): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const plural of Object.values(PLURALS)) {
    const { items } = (await api.call('GET', `/apis/${GROUP}/v1beta1/${plural}`)) as { items: Stored[] };
    for (const { metadata } of items) {
      const title = metadata.annotations?.[`${GROUP}/registry-title`] ?? '';
      found.set(`${metadata.namespace}/${metadata.name}`, title);
    }
  }
  return found;
}

/** The annotations of an exported object, with those that a test adds; keys without the prefix. */
export function exported(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const all = {
    'registry-export': 'true',
    'registry-url': 'https://mcp.example.com/mcp',
    'registry-description': 'What it does',
    ...more,
  };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [`${GROUP}/${key}`, value]));
}

/** Lets a user do things with the three kinds: in all namespaces, or in the named ones. */
export async function grant(
  api: KubernetesApi,
  user: string,
  verbs: readonly string[],
  namespaces?: readonly string[],
): Promise<void> {
  const rules = [{ apiGroups: [GROUP], resources: Object.values(PLURALS), verbs }];
  const rbac = 'apiVersion' as const;
  const base = { [rbac]: 'rbac.authorization.k8s.io/v1', metadata: { name: user } };
  const root = '/apis/rbac.authorization.k8s.io/v1';
  const role = (kind: string) => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: user } });
  const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
  if (namespaces === undefined) {
    await api.call('POST', `${root}/clusterroles`, { ...base, kind: 'ClusterRole', rules });
    const binding = { ...base, kind: 'ClusterRoleBinding', ...role('ClusterRole'), subjects };
    await api.call('POST', `${root}/clusterrolebindings`, binding);
    return;
  }
  for (const namespace of namespaces) {
    const place = `${root}/namespaces/${namespace}`;
    await api.call('POST', `${place}/roles`, { ...base, kind: 'Role', rules });
    await api.call('POST', `${place}/rolebindings`, {
      ...base,
      kind: 'RoleBinding',
      ...role('Role'),
      subjects,
    });
  }
}

interface Stored {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: { readonly kind: TestKind; readonly plural: string };
    readonly versions: { readonly name: string; served: boolean; storage: boolean }[];
  };
}

function definitions(): Definition[] {
  const text = readFileSync(new URL('../fixtures/kubernetes/crds.yaml', import.meta.url), 'utf8');
  return parseAllDocuments(text, { merge: true }).map((document) => document.toJS() as Definition);
}

function manifest(
  { kind = 'MCPServer', namespace, name, annotations, labels, spec }: ObjectWish,
  version: string,
) {
  return {
    apiVersion: `${GROUP}/${version}`,
    kind,
    metadata: { name, namespace, annotations: annotations ?? exported(), ...(labels && { labels }) },
    spec: spec ?? SPECS[kind],
  };
}

function collectionPath({ kind = 'MCPServer', namespace }: ObjectWish, version = 'v1beta1'): string {
  return `/apis/${GROUP}/${version}/namespaces/${namespace}/${PLURALS[kind]}`;
}

function objectPath(wish: ObjectWish): string {
  return `${collectionPath(wish)}/${wish.name}`;
}
