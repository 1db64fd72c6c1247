import { ApiStatusError } from '../common/cluster-client.js';
import { DomainError } from '../common/domain-error.js';
import { explainFailure } from '../common/upstream-problem.js';
import { cutText, storableText } from '../model/bounded-text.js';
import { asText, memberOf } from '../model/json-value.js';

/** Longest text from the cluster in a message, in characters. */
const MAX_TEXT = 300;
/** Longest length of another's lease that is believed, in seconds. */
const LONGEST_SECONDS = 60;

/** A Lease object (coordination.k8s.io/v1), as far as it says who may do something. */
export interface LeaseRecord {
  readonly resourceVersion: string;
  /** Empty when it was released. */
  readonly holder: string;
  /** For how long, in milliseconds, nobody else may take it after its last change. */
  readonly lengthMs: number;
  readonly transitions: number;
}

/** Reads what the API server answered. */
export function leaseRecord(value: unknown): LeaseRecord {
  const spec = memberOf(value, 'spec');
  const seconds = Number(memberOf(spec, 'leaseDurationSeconds') ?? 0);
  const transitions = Number(memberOf(spec, 'leaseTransitions') ?? 0);
  return {
    resourceVersion: asText(memberOf(memberOf(value, 'metadata'), 'resourceVersion')) ?? '',
    holder: asText(memberOf(spec, 'holderIdentity')) ?? '',
    lengthMs: Math.min(LONGEST_SECONDS, Number.isFinite(seconds) ? seconds : 0) * 1_000,
    transitions: Number.isSafeInteger(transitions) ? transitions : 0,
  };
}

/** What is to be stored; without a version it must not exist yet. */
export interface LeaseWish {
  readonly name: string;
  readonly holder: string;
  readonly lengthMs: number;
  readonly acquiredAt: Date;
  readonly transitions: number;
  readonly resourceVersion?: string;
}

/** The object that stores it, as of now. */
export function leaseObject(wish: LeaseWish): object {
  const { name, resourceVersion } = wish;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, ...(resourceVersion !== undefined && { resourceVersion }) },
    spec: {
      holderIdentity: wish.holder,
      leaseDurationSeconds: Math.ceil(wish.lengthMs / 1_000),
      acquireTime: microTime(wish.acquiredAt),
      renewTime: microTime(new Date()),
      leaseTransitions: wish.transitions,
    },
  };
}

/** The pod of a holder, for people: what follows is there to tell two processes of one pod apart. */
export function holderName(holder: string): string {
  return storableText(cutText(holder.split('_')[0] ?? '', MAX_TEXT));
}

/** Gives a failure at the API server words that say what to do. */
export function leaseProblem(error: unknown, lease: string, namespace: string, server: string): DomainError {
  const what = `The lease ${lease} of the embedded store (fileStorage.lease) in namespace ${namespace}`;
  const problem = (text: string) => new DomainError('store-unavailable', `${what} ${text}`, { cause: error });
  if (!(error instanceof ApiStatusError)) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    if (late) return problem(`cannot be had: ${server} does not answer in time`);
    return problem(`cannot be had: ${explainFailure(error, server, 'exchange').message}`);
  }
  const said = storableText(cutText(error.message, MAX_TEXT));
  if (error.status !== 403) return problem(`cannot be had: ${server} answered ${error.status}: ${said}`);
  const rights = `get and update on leases named ${lease}, and create on leases, of coordination.k8s.io`;
  return problem(`may not be used: ${said}; grant ${rights} by a Role in that namespace`);
}

/** The cluster wants microseconds. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
