import type { Environment } from './config-environment.js';
import type { ConfigProblem } from './config-problems.js';
import { namespaceList } from './source.schema.js';

const VARIABLE = 'THV_REGISTRY_WATCH_NAMESPACE';

/** The namespaces of the environment, none when the variable is absent or empty. */
export interface WatchNamespaces {
  readonly namespaces: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/** Reads the comma list that Kubernetes sources without namespaces of their own follow. */
export function watchNamespacesOf(env: Environment): WatchNamespaces {
  const names = (env[VARIABLE] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const result = namespaceList.safeParse(names);
  if (result.success) return { namespaces: result.data, problems: [] };
  const [issue] = result.error.issues;
  const message = issue?.message ?? 'is not a list of namespaces';
  return { namespaces: [], problems: [{ message, location: VARIABLE, path: '', variable: VARIABLE }] };
}
