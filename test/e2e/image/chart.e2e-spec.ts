import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodReport } from '../../../scripts/image-sandbox.mjs';
import { type ClusterManifest, hasHelm, objectOf, render, valueSet } from '../../support/helm.js';
import { hasSandbox, ImageTree } from '../../support/image.js';
import { hasPostgresql, PostgresqlCluster } from '../../support/postgresql.js';
import { APP, createOwnedDatabase, MIGRATOR } from '../../support/primed-database.js';

const LIST = '/v0.1/servers?limit=100';

interface PodTemplate {
  readonly spec: {
    readonly containers: readonly {
      readonly args: readonly string[];
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    }[];
    readonly volumes: readonly {
      readonly name: string;
      readonly emptyDir?: object;
      readonly configMap?: { readonly name: string };
      readonly secret?: { readonly items: readonly { readonly key: string; readonly path: string }[] };
    }[];
  };
}

/** What a Secret of the user's has, and where the database server's socket is. */
interface Surroundings {
  readonly secret?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, string>>;
}

describe.skipIf(!hasSandbox || !hasHelm)('pods of the Helm chart', () => {
  let image: ImageTree;
  let directory: string;

  beforeAll(() => {
    image = new ImageTree();
    directory = mkdtempSync(join(tmpdir(), 'chart-pods-'));
  });
  afterAll(() => {
    image.remove();
    rmSync(directory, { recursive: true });
  });

  /** Runs the first container of a Deployment or Job with its volumes, or another command in its place. */
  async function run(
    manifests: readonly ClusterManifest[],
    kind: 'Deployment' | 'Job',
    { secret = {}, folders = {} }: Surroundings = {},
    command?: readonly string[],
  ): Promise<PodReport> {
    const { containers, volumes } = (objectOf(manifests, kind).spec as { template: PodTemplate }).template
      .spec;
    const [container] = containers;
    if (container === undefined) throw new Error(`The ${kind} has no container`);
    const mounted: Record<string, string> = { ...folders };
    const writable: string[] = [];
    let config = '';
    for (const { name, mountPath } of container.volumeMounts) {
      const volume = volumes.find((candidate) => candidate.name === name);
      const map = manifests.find(({ metadata }) => metadata.name === volume?.configMap?.name);
      if (map !== undefined) config = map.data?.['config.yaml'] ?? '';
      if (volume?.emptyDir !== undefined) writable.push(mountPath);
      if (volume?.secret === undefined) continue;
      const folder = mkdtempSync(join(directory, 'secret-'));
      chmodSync(folder, 0o755);
      for (const { key, path } of volume.secret.items) writeFileSync(join(folder, path), secret[key] ?? '');
      mounted[mountPath] = folder;
    }
    const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    const args = command ?? container.args;
    const job = args[0] === 'serve' ? { serve: args, paths: [LIST], servers: 1, env } : { run: args, env };
    return image.run(job, { config, folders: mounted, writable });
  }

  function listed(report: PodReport): unknown {
    const { status, text = '' } = report.answers?.[LIST] ?? {};
    return status === 200 ? (JSON.parse(text) as { servers: unknown[] }).servers.length : report;
  }

  it('serve the sample registry with the defaults, and store it in their volume', async () => {
    const report = await run(await render('rel'), 'Deployment');
    expect(listed(report)).toBeGreaterThan(10);
    expect(report.code).toBe(0);
    expect(report.stderr).not.toContain('in memory');
  });

  it.skipIf(!hasPostgresql)('migrate with one password and serve with the other', async () => {
    const cluster = await PostgresqlCluster.create();
    try {
      await createOwnedDatabase(cluster, 'registry');
      chmodSync(cluster.socketDirectory, 0o755);
      const database = `config.database.host=/postgres,config.database.port=${cluster.port}`;
      const manifests = await render('rel', '--values', valueSet('postgresql'), '--set', database);
      const around = {
        secret: { app: APP, migrator: MIGRATOR },
        folders: { '/postgres': cluster.socketDirectory },
      };
      const config = '--config=/config/config.yaml';
      const primed = await run(manifests, 'Job', around, ['prime', config]);
      expect(primed).toMatchObject({ code: 0, stderr: '' });
      const migrated = await run(manifests, 'Job', around);
      expect(migrated).toMatchObject({ code: 0 });

      const report = await run(manifests, 'Deployment', around);
      expect(listed(report)).toBe(1);
    } finally {
      await cluster.remove();
    }
  });
});
