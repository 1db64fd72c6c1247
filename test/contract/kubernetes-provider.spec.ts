import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { ClusterObjects } from '../../src/sources/kubernetes/cluster-objects.js';
import { KubernetesProvider } from '../../src/sources/kubernetes/kubernetes.provider.js';
import { hasKubernetesApi, KubernetesApi } from '../support/kubernetes-api.js';
import { createNamespace, createObject, defineKinds, deleteAll } from '../support/kubernetes-objects.js';
import { kubernetesSource } from '../support/kubernetes-source.js';
import { describeSourceProvider } from './source-provider.contract.js';

const NAMESPACE = 'contract';

describe.skipIf(!hasKubernetesApi)('on a Kubernetes API server', () => {
  let api: KubernetesApi;
  let isRunning = true;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    api = await KubernetesApi.create();
    vi.stubEnv('KUBECONFIG', api.kubeconfig());
    await defineKinds(api);
    await createNamespace(api, NAMESPACE);
  });

  afterAll(() => vi.unstubAllEnvs());

  describeSourceProvider('kubernetes', async () => {
    if (!isRunning) await api.start();
    isRunning = true;
    return {
      provider: new KubernetesProvider(new ClusterObjects()),
      source: (maxSize) =>
        kubernetesSource({ namespaces: [NAMESPACE], ...(maxSize !== undefined && { maxSize }) }),
      publish: async (content) => {
        await deleteAll(api, NAMESPACE);
        const { servers } = JSON.parse(String(content)) as { servers: { name: string }[] };
        for (const { name } of servers) {
          const objectName = name.replaceAll(/[^a-z0-9]+/g, '-').replace(/-$/, '-x');
          await createObject(api, { namespace: NAMESPACE, name: objectName });
        }
      },
      remove: async () => {
        isRunning = false;
        await api.stop();
      },
      isComposed: true,
      files: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
  });
});
