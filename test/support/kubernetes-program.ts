import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesApi } from './kubernetes-api.js';
import { type RunningProgram, startServer } from './program.js';

/** A running server on the objects of a cluster, as one replica of several or alone. */
export class ClusterRegistry {
  private constructor(
    readonly program: RunningProgram,
    private readonly directory: string,
  ) {}

  /** Starts the built program on a cluster; `settings` are further top-level keys of its configuration. */
  static async start(
    api: KubernetesApi,
    namespaces: readonly string[],
    settings: object = {},
  ): Promise<ClusterRegistry> {
    const directory = mkdtempSync(join(tmpdir(), 'cluster-registry-'));
    const config = join(directory, 'config.yaml');
    const source = { name: 'cluster', kubernetes: { namespaces }, syncPolicy: { interval: '1h' } };
    const content = {
      sources: [source],
      registries: [{ name: 'default', sources: ['cluster'] }],
      ...settings,
    };
    writeFileSync(config, JSON.stringify(content));
    const env = { KUBECONFIG: api.kubeconfig(), THV_REGISTRY_FILESTORAGE_BASEDIR: join(directory, 'data') };
    const program = await startServer(['--config', config], { env, cwd: directory });
    return new ClusterRegistry(program, directory);
  }

  /** Names and titles of all servers, without what all names begin with. */
  async servers(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    let cursor = '';
    do {
      const page = await this.get<ServerPage>(`/v0.1/servers?limit=1000${cursor && `&cursor=${cursor}`}`);
      for (const { server } of page.servers) {
        found.set(server.name.replace('com.toolhive.k8s.', ''), server.title ?? '');
      }
      cursor = page.metadata.nextCursor ?? '';
    } while (cursor !== '');
    return found;
  }

  /** The JSON of a path. @throws Error unless it is answered with 200 */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- shorter than a cast around every call
  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.program.url}${path}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.program.stop(signal);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface ServerPage {
  readonly servers: readonly { readonly server: { readonly name: string; readonly title?: string } }[];
  readonly metadata: { readonly nextCursor?: string };
}
