import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.loader.js';
import { CHART, hasHelm, helm, objectOf, render, VALUE_SETS, valueSet } from '../support/helm.js';

const snapshots = fileURLToPath(new URL('../fixtures/chart/', import.meta.url));
const WITH_CONFIGURATION = VALUE_SETS.filter((name) => name !== 'own-configuration');
/** What the template engine accepts, but no cluster or no user would like. */
const REFUSED: readonly (readonly [what: string, flags: readonly string[], complaint: string])[] = [
  ['a value that does not exist', ['--set', 'replicas=2'], 'replicas'],
  ['a value of another type', ['--set-string', 'replicaCount=two'], 'replicaCount'],
  ['a scope that does not exist', ['--set', 'rbac.scope=everything'], 'scope'],
  ['a digest that is none', ['--set', 'image.digest=latest'], 'digest'],
  ['two configurations', ['--set', 'config.registryName=a,existingConfigMap=b'], 'existingConfigMap'],
  ['two replicas on one embedded store', ['--set', 'persistence.enabled=true,replicaCount=2'], 'one replica'],
  [
    'autoscaling of pods that only stand by',
    ['--set', 'persistence.enabled=true,persistence.accessModes={ReadWriteMany},autoscaling.enabled=true'],
    'one replica',
  ],
  [
    'a budget for pods of which one is ready',
    [
      '--set',
      'persistence.enabled=true,persistence.accessModes={ReadWriteMany},podDisruptionBudget.enabled=true',
    ],
    'budget',
  ],
  [
    'a budget for pods of another chart',
    ['--set', 'mode=sidecar,podDisruptionBudget.enabled=true'],
    'belong',
  ],
];

interface Workload {
  readonly template: { readonly spec: PodSpec };
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    readonly securityContext: object;
  }[];
  readonly volumes: readonly { readonly name: string; readonly secret?: object }[];
}

describe.skipIf(!hasHelm)('the Helm chart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));

  afterAll(() => rmSync(directory, { recursive: true }));

  it('is written as helm wants it', async () => {
    expect(await helm('lint', '--strict', CHART)).toContain('0 chart(s) failed');
  });

  it.each(VALUE_SETS)('makes the same objects of the values %s as before', async (name) => {
    const manifests = await render('rel', '--values', valueSet(name));
    const text = manifests.map((manifest) => stringify(manifest)).join('---\n');
    await expect(text).toMatchFileSnapshot(`${snapshots}${name}.yaml`);
  });

  it.each(WITH_CONFIGURATION)(
    'writes a configuration of the values %s that loads without a warning',
    async (name) => {
      const manifests = await render('rel', '--values', valueSet(name));
      const path = join(directory, `${name}.yaml`);
      writeFileSync(path, objectOf(manifests, 'ConfigMap').data?.['config.yaml'] ?? '');
      const { warnings } = await loadConfig({ path, env: {}, strictKeys: true });
      expect(warnings).toEqual([]);
    },
  );

  it.each(REFUSED)('refuses %s', async (_what, flags, complaint) => {
    await expect(helm('template', 'rel', CHART, ...flags)).rejects.toThrow(complaint);
  });

  it('gives the password of the schema owner to the migration alone', async () => {
    const manifests = await render('rel', '--values', valueSet('postgresql'));
    const [job, deployment] = ['Job', 'Deployment'].map(
      (kind) => (objectOf(manifests, kind).spec as Workload).template.spec,
    );
    expect(job?.containers[0]?.args).toEqual(['migrate', 'up', '--yes', '--config=/config/config.yaml']);
    expect(JSON.stringify(job?.volumes)).toContain('migrator');
    expect(deployment?.containers[0]?.args).toEqual(['serve', '--config=/config/config.yaml']);
    expect(JSON.stringify(deployment)).not.toContain('migrator');
  });

  it('gives rights and a token only to a server that reads the cluster', async () => {
    const plain = await render('rel');
    expect(plain.map(({ kind }) => kind)).not.toContain('Role');
    expect((objectOf(plain, 'Deployment').spec as Workload).template.spec.automountServiceAccountToken).toBe(
      false,
    );

    const reading = await render('rel', '--values', valueSet('namespaces'));
    const { automountServiceAccountToken, containers } = (objectOf(reading, 'Deployment').spec as Workload)
      .template.spec;
    expect(automountServiceAccountToken).toBe(true);
    expect(containers[0]?.env).toContainEqual({
      name: 'THV_REGISTRY_WATCH_NAMESPACE',
      value: 'team-a,team-b,team-c',
    });
    const roles = reading.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.namespace);
    expect(roles).toEqual(['team-a', 'team-b', 'team-c']);
  });

  it('mounts the embedded store where the configuration has it', async () => {
    const manifests = await render('rel', '--values', valueSet('persistent'));
    const { containers } = (objectOf(manifests, 'Deployment').spec as Workload).template.spec;
    expect(containers[0]?.volumeMounts).toContainEqual({ name: 'registry-data', mountPath: '/store' });
  });

  it('gives pods on one volume a lease, and lets none of them wait for another', async () => {
    const manifests = await render('rel', '--values', valueSet('shared'));
    const { replicas, strategy, template } = objectOf(manifests, 'Deployment').spec as Workload & {
      readonly replicas: number;
      readonly strategy: object;
    };
    const name = 'rel-thv-registry-api-store';
    expect(template.spec.containers[0]?.env).toContainEqual({
      name: 'THV_REGISTRY_FILESTORAGE_LEASE',
      value: name,
    });
    expect(objectOf(manifests, 'Role')).toMatchObject({
      metadata: { name },
      rules: [{ resourceNames: [name], verbs: ['get', 'update'] }, { verbs: ['create'] }],
    });
    expect(template.spec.automountServiceAccountToken).toBe(true);
    expect([replicas, strategy]).toEqual([
      2,
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
    ]);
    const alone = await render('rel', '--values', valueSet('persistent'));
    expect(JSON.stringify(alone)).not.toContain('LEASE');
    expect(alone.map(({ kind }) => kind)).not.toContain('Role');
  });

  it('keeps pods of hooks and tests out of the Service', async () => {
    const manifests = await render('rel', '--values', valueSet('postgresql'));
    const { selector } = objectOf(manifests, 'Service').spec as { selector: Record<string, string> };
    const job = objectOf(manifests, 'Job').spec as {
      template: { metadata: { labels: Record<string, string> } };
    };
    for (const labels of [objectOf(manifests, 'Pod').metadata.labels, job.template.metadata.labels]) {
      expect(labels).not.toMatchObject(selector);
    }
  });

  it('gives a sidecar as a patch of the pods of another application', async () => {
    const manifests = await render('rel', '--values', valueSet('sidecar'));
    expect(manifests.map(({ kind }) => kind)).not.toContain('Deployment');
    const patch = manifests.find(({ metadata }) => metadata.name.endsWith('-sidecar'))?.data?.['patch.yaml'];
    const { spec } = parse(patch ?? '') as { spec: Workload };
    expect(spec.template.spec.containers[0]?.args).toEqual(['serve', '--config=/config/config.yaml']);
    expect(spec.template.spec.volumes.map(({ name }) => name)).toEqual([
      'registry-config',
      'registry-tmp',
      'registry-data',
    ]);
  });
});
