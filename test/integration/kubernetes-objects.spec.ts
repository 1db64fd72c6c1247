import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readRegistry } from '../../src/model/registry-reader.js';
import type { SourceWatch } from '../../src/sources/source-provider.js';
import { ClusterObjects } from '../../src/sources/kubernetes/cluster-objects.js';
import { KubernetesProvider } from '../../src/sources/kubernetes/kubernetes.provider.js';
import { hasKubernetesApi, KubernetesApi } from '../support/kubernetes-api.js';
import {
  createNamespace,
  createObject,
  defineKinds,
  deleteObject,
  exported,
  grant,
  patchObject,
  removeKinds,
  setStatus,
} from '../support/kubernetes-objects.js';
import { kubernetesSource } from '../support/kubernetes-source.js';

const PATIENCE = { timeout: 20_000, interval: 20 };
const collection = '/apis/toolhive.stacklok.dev/v1beta1/mcpservers';

describe.skipIf(!hasKubernetesApi)('the objects of a cluster', () => {
  let api: KubernetesApi;
  const objects = new ClusterObjects();
  const provider = new KubernetesProvider(objects);
  const watches: SourceWatch[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    api = await KubernetesApi.create(['viewer']);
    vi.stubEnv('KUBECONFIG', api.kubeconfig());
    for (const name of ['a', 'b', 'c']) await createNamespace(api, name);
  });

  afterAll(() => vi.unstubAllEnvs());

  afterEach(() => {
    for (const watch of watches.splice(0)) watch.close();
  });

  /** Follows a source and counts how often it tells of a change. */
  function follow(namespaces: readonly string[] = ['*']) {
    const source = kubernetesSource({ namespaces });
    const changes = vi.fn<() => void>();
    watches.push(provider.watch(source, changes));
    return { source, changes };
  }

  async function contentOf(source: ReturnType<typeof kubernetesSource>) {
    const fetched = await provider.fetch(source, { signal: AbortSignal.timeout(20_000) });
    if (!fetched.changed) throw new Error('must have changed');
    const [file] = fetched.files;
    const { documents } = readRegistry(file?.text ?? '', { format: 'upstream' });
    return {
      documents: documents.map((one) => ({ ...one, claims: file?.claims?.get(one.name) })),
      refused: file?.refused,
    };
  }

  async function namesOf(source: ReturnType<typeof kubernetesSource>): Promise<string[]> {
    return (await contentOf(source)).documents.map(({ name }) => name.replace('com.toolhive.k8s.', ''));
  }

  it('are a status with a hint while the cluster does not know their kinds, and are followed once it does', async () => {
    const { source, changes } = follow();

    await expect(namesOf(source)).rejects.toMatchObject({
      code: 'upstream-not-found',
      message: expect.stringMatching(/MCPServer.*install the custom resource definitions/) as string,
    });
    await defineKinds(api, { version: 'v1alpha1' });
    await createObject(api, { namespace: 'a', name: 'early' }, 'v1alpha1');

    await vi.waitFor(async () => expect(await namesOf(source)).toEqual(['a/early']), PATIENCE);
    expect(changes).toHaveBeenCalled();
    await removeKinds(api);
    await vi.waitFor(
      () => expect(namesOf(source)).rejects.toMatchObject({ code: 'upstream-not-found' }),
      PATIENCE,
    );
  });

  it('of all kinds and namespaces of a source are its content, and nothing else is', async () => {
    await vi.waitFor(() => defineKinds(api), PATIENCE);
    await createObject(api, { namespace: 'a', name: 'one' });
    await createObject(api, { namespace: 'b', name: 'two', kind: 'MCPRemoteProxy' });
    await createObject(api, { namespace: 'b', name: 'three', kind: 'VirtualMCPServer' });
    await createObject(api, { namespace: 'c', name: 'other' });
    await createObject(api, {
      namespace: 'a',
      name: 'hidden',
      annotations: exported({ 'registry-export': 'no' }),
    });

    expect(await namesOf(kubernetesSource({ namespaces: ['a', 'b'] }))).toEqual([
      'a/one',
      'b/three',
      'b/two',
    ]);
    expect(await namesOf(follow().source)).toEqual(['a/one', 'b/three', 'b/two', 'c/other']);
  });

  it('are followed: made, changed, deleted and made again, each in one telling or a few', async () => {
    const { source, changes } = follow();
    await namesOf(source);
    changes.mockClear();
    const wish = { namespace: 'c', name: 'moving' };

    await createObject(api, wish);
    await vi.waitFor(async () => expect(await namesOf(source)).toContain('c/moving'), PATIENCE);
    await patchObject(api, wish, { metadata: { annotations: exported({ 'registry-title': 'Moved' }) } });
    await vi.waitFor(
      async () =>
        expect((await contentOf(source)).documents.map(({ facets }) => facets.title)).toContain('Moved'),
      PATIENCE,
    );
    await deleteObject(api, wish);
    await vi.waitFor(async () => expect(await namesOf(source)).not.toContain('c/moving'), PATIENCE);
    await createObject(api, wish);
    await vi.waitFor(async () => expect(await namesOf(source)).toContain('c/moving'), PATIENCE);
    await vi.waitFor(() => expect(changes).toHaveBeenCalled(), PATIENCE);
    expect(changes.mock.calls.length).toBeLessThan(6);
  });

  it('keep one revision while only their status moves, which is seen at once', async () => {
    const { source } = follow();
    const { revision } = await provider.fetch(source, { signal: AbortSignal.timeout(20_000) });

    await setStatus(api, { namespace: 'a', name: 'one' }, { phase: 'Ready', url: 'http://one.a:8080' });

    await vi.waitFor(() => {
      const all = [...(objects.objectsOf(source.name) ?? [])].map(({ deployment }) => deployment);
      expect(all).toContainEqual(
        expect.objectContaining({ name: 'one', ready: true, endpoint_url: 'http://one.a:8080' }),
      );
    }, PATIENCE);
    const signal = AbortSignal.timeout(20_000);
    expect(await provider.fetch(source, { signal, knownRevision: revision })).toEqual({
      changed: false,
      revision,
    });
  });

  it('that are broken are refused by name, bring claims of their own, and never sink others', async () => {
    const wish = { namespace: 'c', name: 'bad', annotations: exported({ 'authz-claims': '{"team":1}' }) };
    await createObject(api, wish);
    await patchObject(
      api,
      { namespace: 'a', name: 'one' },
      { metadata: { annotations: exported({ 'authz-claims': '{"org":"acme"}' }) } },
    );

    const { documents, refused } = await contentOf(kubernetesSource({ namespaces: ['*'] }));

    expect(refused).toMatchObject([{ name: 'com.toolhive.k8s.c/bad', pointer: '/c/mcpservers/bad' }]);
    expect(documents.map(({ name, claims }) => [name, claims])).toEqual([
      ['com.toolhive.k8s.a/one', { org: 'acme' }],
      ['com.toolhive.k8s.b/three', {}],
      ['com.toolhive.k8s.b/two', {}],
      ['com.toolhive.k8s.c/moving', {}],
      ['com.toolhive.k8s.c/other', {}],
    ]);
  });

  it('that may not be read are a status that names the missing right, until it is granted', async () => {
    vi.stubEnv('KUBECONFIG', api.kubeconfig('viewer'));
    const { source } = follow(['a']);
    await expect(namesOf(source)).rejects.toMatchObject({
      code: 'upstream-forbidden',
      message: expect.stringMatching(
        /"viewer" cannot list.*grant get, list and watch on mcp.*namespace a/,
      ) as string,
    });
    vi.stubEnv('KUBECONFIG', api.kubeconfig());
    await grant(api, 'viewer', ['get', 'list', 'watch'], ['a']);
    await vi.waitFor(async () => expect(await namesOf(source)).toEqual(['a/one']), PATIENCE);
  });

  it('stay while the server is away, and what changed meanwhile is found when it is back', async () => {
    const { source } = follow();
    const before = await namesOf(source);

    await api.stop();
    await vi.waitFor(
      () => expect(namesOf(source)).rejects.toMatchObject({ code: 'upstream-refused' }),
      PATIENCE,
    );
    expect([...(objects.objectsOf(source.name) ?? [])].length).toBeGreaterThanOrEqual(before.length);
    await api.start();
    await deleteObject(api, { namespace: 'c', name: 'other' });
    await createObject(api, { namespace: 'b', name: 'after' });

    const expected = [...before.filter((name) => name !== 'c/other'), 'b/after'].sort();
    await vi.waitFor(async () => expect(await namesOf(source)).toEqual(expected), PATIENCE);
  });

  it('are listed anew where the server has forgotten what a watch would go on from', async () => {
    const { source } = follow();
    const before = await namesOf(source);
    const { metadata } = (await api.call('GET', collection)) as { metadata: { resourceVersion: string } };
    // Other objects move the version that a restarted server begins with beyond what the watches have seen.
    for (const name of ['d', 'e', 'f']) await createNamespace(api, name);
    await api.stop();
    await api.start();

    const query = `watch=true&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`;
    const answer = await api.ask('GET', `${collection}?${query}`);
    expect(answer.body).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    await createObject(api, { namespace: 'd', name: 'later' });
    await deleteObject(api, { namespace: 'a', name: 'one' });

    const expected = [...before.filter((name) => name !== 'a/one'), 'd/later'].sort();
    await vi.waitFor(async () => expect(await namesOf(source)).toEqual(expected), PATIENCE);
  });
});

describe('a source without a cluster', () => {
  it.each([
    ['/nowhere/kubeconfig', /kubeconfig file cannot be read/],
    [undefined, /no cluster is known here/],
  ])('is a status with a hint, for KUBECONFIG=%s', async (path, message) => {
    vi.stubEnv('KUBECONFIG', path);
    vi.stubEnv('HOME', '/nowhere');
    const provider = new KubernetesProvider(new ClusterObjects());

    await expect(
      provider.fetch(kubernetesSource({}), { signal: AbortSignal.timeout(20_000) }),
    ).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringMatching(message) as string,
    });
    vi.unstubAllEnvs();
  });
});
