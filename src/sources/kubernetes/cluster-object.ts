import { asObject, asText, memberOf } from '../../model/json-value.js';
import { TOOLHIVE_GROUP, type ServerKind } from './kubernetes-kinds.js';

/** What is read of an object of the cluster. Everything in it was written by somebody else. */
export interface ClusterObject {
  readonly kind: ServerKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly isBeingDeleted: boolean;
  readonly labels: unknown;
  readonly spec: unknown;
  readonly status: unknown;
  /** An annotation of the operator's group; undefined when it is absent or empty. */
  annotation(key: string): string | undefined;
}

/** Reads an object as the API server sends it; undefined for what has no name. */
export function clusterObject(kind: ServerKind, value: unknown): ClusterObject | undefined {
  const metadata = memberOf(value, 'metadata');
  const namespace = asText(memberOf(metadata, 'namespace'));
  const name = asText(memberOf(metadata, 'name'));
  if (namespace === undefined || name === undefined) return undefined;
  const annotations = asObject(memberOf(metadata, 'annotations'));
  return {
    kind,
    namespace,
    name,
    uid: asText(memberOf(metadata, 'uid')) ?? '',
    isBeingDeleted: memberOf(metadata, 'deletionTimestamp') !== undefined,
    labels: memberOf(metadata, 'labels'),
    spec: memberOf(value, 'spec'),
    status: memberOf(value, 'status'),
    annotation: (key) => asText(memberOf(annotations, `${TOOLHIVE_GROUP}/${key}`)) || undefined,
  };
}
