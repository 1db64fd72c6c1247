import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { CHART, collectionPath, hasHelm, helm, render, VALUE_SETS, valueSet } from '../support/helm.js';
import { type ApiAnswer, hasKubernetesApi, KubernetesApi } from '../support/kubernetes-api.js';

const NAMESPACES = ['one', 'two', 'team-a', 'team-b', 'team-c'];
const MONITOR_CRD = new URL('../fixtures/kubernetes/service-monitor-crd.yaml', import.meta.url);
/** Without those whose containers are another's. */
const OWN_PODS = VALUE_SETS.filter((name) => !['own-configuration', 'sidecar'].includes(name));
/** Pods that a careful administrator lets into a namespace. */
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };
const RIGHTS = '/apis/rbac.authorization.k8s.io/v1';

interface Names {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

describe.skipIf(!hasHelm || !hasKubernetesApi)('the Helm chart in a cluster', () => {
  let api: KubernetesApi;

  beforeAll(async () => {
    api = await KubernetesApi.create();
    await api.call(
      'POST',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      parse(readFileSync(MONITOR_CRD, 'utf8')) as object,
    );
    for (const name of NAMESPACES) {
      await api.call('POST', '/api/v1/namespaces', { metadata: { name, labels: RESTRICTED } });
    }
    const isKnown = async () =>
      (await api.ask('GET', '/apis/monitoring.coreos.com/v1/servicemonitors')).status === 200;
    await vi.waitUntil(isKnown, { timeout: 30_000, interval: 50 });
  });
  afterAll(() => api.remove());

  /** Nothing runs pods here, so hooks would never end. */
  function install(release: string, namespace: string, ...flags: readonly string[]): Promise<string> {
    return helm('install', release, CHART, '--no-hooks', ...place(namespace), ...flags);
  }

  function place(namespace: string): string[] {
    return ['--kubeconfig', api.kubeconfig(), '--namespace', namespace];
  }

  async function names(path: string): Promise<string[]> {
    const { items } = (await api.call('GET', path)) as Names;
    return items.map(({ metadata }) => metadata.name).filter((name) => name.includes('thv-registry-api'));
  }

  /** Whether the account of a release may list a resource. */
  async function mayList(
    account: readonly [namespace: string, name: string],
    namespace: string,
    what: string,
  ) {
    const [group, resource] = what.includes('.')
      ? [what.slice(what.indexOf('.') + 1), what.slice(0, what.indexOf('.'))]
      : ['', what];
    const review = {
      spec: {
        user: `system:serviceaccount:${account.join(':')}`,
        resourceAttributes: { namespace, verb: 'list', group, resource },
      },
    };
    const answer = await api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review);
    return (answer as { status: { allowed: boolean } }).status.allowed;
  }

  /** Asks for the pods that controllers would make, without keeping them. */
  async function createPods(...flags: readonly string[]): Promise<ApiAnswer[]> {
    const manifests = await render('rel', ...flags);
    const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
    const answers: ApiAnswer[] = [];
    for (const { spec } of workloads) {
      const pod = (spec as { template: { metadata: object } }).template;
      const body = { ...pod, metadata: { ...pod.metadata, name: 'pod' } };
      const path = '/api/v1/namespaces/one/pods?dryRun=All&fieldValidation=Strict';
      answers.push(await api.ask('POST', path, body));
    }
    return answers;
  }

  it.each(VALUE_SETS)(
    'makes only objects of the values %s that the API server takes, hooks and tests too',
    async (name) => {
      const manifests = await render('rel', '--values', valueSet(name));
      const complaints: unknown[] = [];
      for (const manifest of manifests) {
        const path = `${collectionPath(manifest)}?dryRun=All&fieldValidation=Strict`;
        const { status, body } = await api.ask('POST', path, manifest);
        if (status !== 201) complaints.push({ kind: manifest.kind, status, body });
      }
      expect(complaints).toEqual([]);
    },
  );

  it.each(OWN_PODS)('makes pods of the values %s that the restricted standard admits', async (name) => {
    const answers = await createPods('--values', valueSet(name));
    expect(answers.length).toBeGreaterThan(0);
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ status: 201 })));
  });

  it('needs its security contexts for that', async () => {
    const answers = await createPods('--set', 'podSecurityContext=null,securityContext=null');
    expect(answers.map(({ status }) => status)).toEqual([403]);
  });

  it('installs releases beside each other, each with rights of its own, which go with it', async () => {
    await install('same', 'one', '--values', valueSet('namespaces'));
    await install('same', 'two', '--values', valueSet('namespaces'));
    await install('other', 'one', '--values', valueSet('namespaces'));
    await install('wide', 'one', '--values', valueSet('cluster'));
    await install('wide', 'two', '--values', valueSet('cluster'));
    const listed = await helm('list', '--all-namespaces', '--output', 'json', ...place('one').slice(0, 2));
    expect((JSON.parse(listed) as { status: string }[]).map(({ status }) => status)).toEqual(
      Array(5).fill('deployed'),
    );

    const mine = [
      'thv-registry-api:one:other-thv-registry-api',
      'thv-registry-api:one:same-thv-registry-api',
      'thv-registry-api:two:same-thv-registry-api',
    ];
    expect(await names(`${RIGHTS}/namespaces/team-b/roles`)).toEqual(mine);
    expect(await names(`${RIGHTS}/clusterroles`)).toEqual([
      'thv-registry-api:one:wide-thv-registry-api',
      'thv-registry-api:two:wide-thv-registry-api',
    ]);
    const servers = 'mcpservers.toolhive.stacklok.dev';
    const account = ['two', 'same-thv-registry-api'] as const;
    expect(await mayList(account, 'team-c', servers)).toBe(true);
    expect(await mayList(account, 'two', servers)).toBe(false);
    expect(await mayList(account, 'team-c', 'secrets')).toBe(false);
    expect(await mayList(['two', 'wide-thv-registry-api'], 'team-c', servers)).toBe(true);

    await helm('uninstall', 'same', '--no-hooks', ...place('one'));
    expect(await names(`${RIGHTS}/namespaces/team-b/roles`)).toEqual(
      mine.filter((name) => !name.includes('one:same')),
    );
    expect(await mayList(account, 'team-c', servers)).toBe(true);
  });

  it('lets the pods of a shared volume take their lease, and no other', async () => {
    await install('kept', 'one', '--values', valueSet('shared'));
    const may = async (verb: string, name: string) => {
      const resourceAttributes = {
        namespace: 'one',
        verb,
        group: 'coordination.k8s.io',
        resource: 'leases',
        name,
      };
      const spec = { user: 'system:serviceaccount:one:kept-thv-registry-api', resourceAttributes };
      const answer = await api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
      return (answer as { status: { allowed: boolean } }).status.allowed;
    };
    const lease = 'kept-thv-registry-api-store';
    expect([await may('get', lease), await may('update', lease), await may('create', '')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([await may('update', 'other'), await may('delete', lease)]).toEqual([false, false]);
  });

  it('upgrades a release, changes its pods with the configuration, and rolls it back', async () => {
    const deployment = '/apis/apps/v1/namespaces/two/deployments/up-thv-registry-api';
    const annotations = async () => {
      const found = (await api.call('GET', deployment)) as {
        spec: { template: { metadata: { annotations: Record<string, string> } } };
      };
      return found.spec.template.metadata.annotations;
    };
    await install('up', 'two');
    const before = await annotations();
    const upgrade = ['upgrade', 'up', CHART, '--no-hooks', ...place('two')];
    await helm(...upgrade, '--set', 'service.port=80');
    expect(await annotations()).toEqual(before);
    await helm(...upgrade, '--values', valueSet('postgresql'));
    expect(await annotations()).not.toEqual(before);
    await helm('rollback', 'up', '1', '--no-hooks', ...place('two'));
    expect(await annotations()).toEqual(before);
  });

  it('puts the sidecar into the pods of another application and leaves its own container alone', async () => {
    await install('beside', 'two', '--values', valueSet('sidecar'));
    const labels = { app: 'assistant' };
    await api.call('POST', '/apis/apps/v1/namespaces/two/deployments', {
      metadata: { name: 'assistant' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'assistant', image: 'assistant:1' }],
            volumes: [{ name: 'own', emptyDir: {} }],
          },
        },
      },
    });
    const config = (await api.call(
      'GET',
      '/api/v1/namespaces/two/configmaps/beside-thv-registry-api-sidecar',
    )) as { data: Record<string, string> };
    const patch = parse(config.data['patch.yaml'] ?? '') as object;
    const path = '/apis/apps/v1/namespaces/two/deployments/assistant?fieldValidation=Strict';
    const first = await api.ask('PATCH', path, patch, 'strategic-merge-patch');
    const again = await api.ask('PATCH', path, patch, 'strategic-merge-patch');
    for (const { status, body } of [first, again]) {
      expect(status).toBe(200);
      const { containers, volumes } = (
        body as { spec: { template: { spec: Record<'containers' | 'volumes', { name: string }[]> } } }
      ).spec.template.spec;
      expect(containers.map(({ name }) => name).sort()).toEqual(['assistant', 'registry-api']);
      expect(volumes.map(({ name }) => name)).toContain('own');
    }
  });
});
