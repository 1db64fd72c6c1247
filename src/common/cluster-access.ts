import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { DomainError } from './domain-error.js';

/** Where the client library ends when nothing tells it about a cluster. */
const NO_CLUSTER = 'http://localhost:8080';
/** The file in which Kubernetes tells every pod its own namespace. */
const POD_NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** The address of a cluster's API server, and credentials for it that are read anew for each request. */
export interface ClusterAccess {
  readonly server: URL;
  /** The namespace of the pod, else that of the kubeconfig file; undefined when neither says one. */
  readonly namespace: string | undefined;
  /** TLS settings, agent and headers of one request. */
  options(): Promise<RequestOptions>;
}

/**
 * Finds the cluster as every Kubernetes client does: `KUBECONFIG`, else `~/.kube/config`, else the service account of
 * the pod. The client library, which reads the environment itself, is loaded only here.
 * @throws DomainError `invalid-configuration` when there is none, or its description is broken
 */
export async function openCluster(): Promise<ClusterAccess> {
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw unusable('the kubeconfig file cannot be read: check the file that KUBECONFIG names', error);
  }
  const address = config.getCurrentCluster()?.server;
  if (address === undefined || !URL.canParse(address)) {
    throw unusable('the current context of the kubeconfig file names no cluster with an address');
  }
  if (address === NO_CLUSTER) {
    throw unusable('no cluster is known here: run in a pod with a service account, or set KUBECONFIG');
  }
  const chosen = config.getContextObject(config.getCurrentContext())?.namespace;
  const namespace = (await podNamespace()) ?? (chosen || undefined);
  return { server: new URL(address), namespace, options: () => requestOptions(config) };
}

/** The namespace of the pod that the program runs in; undefined outside of a cluster. */
export async function podNamespace(file = POD_NAMESPACE_FILE): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() || undefined;
}

async function requestOptions(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw unusable('the credentials for the cluster cannot be read: check the kubeconfig file', error);
  }
  return options;
}

/** The cause is not shown: a credential helper may have printed what it should not. */
function unusable(reason: string, cause?: unknown): DomainError {
  return new DomainError('invalid-configuration', `Kubernetes: ${reason}`, { cause });
}
