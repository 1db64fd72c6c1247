import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

/** The chart's directory. */
export const CHART = fileURLToPath(new URL('../../charts/thv-registry-api', import.meta.url));

const FOLDERS = [
  process.env['THV_TEST_KUBERNETES_BIN'] ?? join(homedir(), '.cache', 'thv-registry-api', 'bin'),
  ...(process.env['PATH'] ?? '').split(':'),
];
const HELM = FOLDERS.map((folder) => join(folder, 'helm')).find((path) => existsSync(path));

const PLURALS: Readonly<Record<string, string>> = { NetworkPolicy: 'networkpolicies', Ingress: 'ingresses' };

/** False where there is no helm: tests on it skip, by name. `scripts/kubernetes-api.mjs` builds it. */
export const hasHelm = HELM !== undefined;

/** Names of the value sets in the chart's `ci` directory. */
export const VALUE_SETS = readdirSync(join(CHART, 'ci')).map((file) => file.replace('-values.yaml', ''));

/** Path of a value set. */
export function valueSet(name: string): string {
  return join(CHART, 'ci', `${name}-values.yaml`);
}

/** An object of a cluster, as far as the tests look into all of them. */
export interface ClusterManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

/** Runs helm, and returns what it prints. @throws Error with what it complains about */
export async function helm(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(HELM ?? 'helm', args, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** The objects of a release in namespace `one`, hooks included, in an order that does not depend on helm. */
export async function render(release: string, ...flags: readonly string[]): Promise<ClusterManifest[]> {
  const text = await helm('template', release, CHART, '--namespace', 'one', ...flags);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as ClusterManifest | null)
    .filter((manifest) => manifest !== null)
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** The first object of a kind. @throws Error when there is none */
export function objectOf(manifests: readonly ClusterManifest[], kind: string): ClusterManifest {
  const found = manifests.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`There is no ${kind}`);
  return found;
}

/** Where objects of this one's kind are created. */
export function collectionPath({ apiVersion, kind, metadata }: ClusterManifest): string {
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const isInNamespace = !kind.startsWith('Cluster') && kind !== 'Namespace';
  return `${group}${isInNamespace ? `/namespaces/${metadata.namespace ?? 'one'}` : ''}/${plural}`;
}

function place({ kind, metadata }: ClusterManifest): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}
