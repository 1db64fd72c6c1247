import { ApiStatusError } from '../../common/cluster-client.js';
import { DomainError } from '../../common/domain-error.js';
import { explainFailure, upstreamProblem } from '../../common/upstream-problem.js';
import { cutText, storableText } from '../../model/bounded-text.js';
import { GROUP_VERSIONS, SERVER_KINDS, TOOLHIVE_GROUP } from './kubernetes-kinds.js';

/** Longest text of the server's own in a message, in characters. */
const MAX_MESSAGE = 300;

/** What could not be read: objects of one kind, in one namespace or in all. */
export interface ReadAttempt {
  readonly server: string;
  readonly plural: string;
  readonly namespace: string | undefined;
}

/** Gives a failure at the API server its code, with what to do about it. */
export function clusterProblem(error: unknown, attempt: ReadAttempt): DomainError {
  const { server, plural, namespace } = attempt;
  if (!(error instanceof ApiStatusError)) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    if (late)
      return new DomainError('time-limit-exceeded', `${server} does not answer in time`, { cause: error });
    return explainFailure(error, server, 'exchange');
  }
  const message = storableText(cutText(error.message, MAX_MESSAGE));
  if (error.status === 401) {
    return new DomainError('upstream-unauthorized', `${server} does not know these credentials: ${message}`);
  }
  if (error.status === 403) {
    const where = namespace === undefined ? 'a ClusterRole' : `a Role in the namespace ${namespace}`;
    const hint = `grant get, list and watch on ${plural}.${TOOLHIVE_GROUP} by ${where}`;
    return new DomainError('upstream-forbidden', `${message}; ${hint}`);
  }
  if (error.status === 404) return upstreamProblem(404, `${server} (${plural}.${TOOLHIVE_GROUP})`);
  return new DomainError('upstream-failed', `${server} answered ${error.status}: ${message}`);
}

/** The problem of a cluster that knows none of the kinds. */
export function noKinds(server: string): DomainError {
  const kinds = SERVER_KINDS.map(({ kind }) => kind).join(', ');
  const message = `${server} serves none of ${kinds} (${TOOLHIVE_GROUP}/${GROUP_VERSIONS.join(' or ')}): install the custom resource definitions of the ToolHive operator`;
  return new DomainError('upstream-not-found', message);
}
