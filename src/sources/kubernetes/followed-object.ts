import { z } from 'zod';
import { toPointer } from '../../common/json-pointer.js';
import type { Claims } from '../../model/claims.js';
import type { DocumentProblem } from '../../model/document-problem.js';
import type { RefusedDocument } from '../../model/entry.js';
import { asText, memberOf } from '../../model/json-value.js';
import { readAnnotationJson } from './annotation-json.js';
import { TOOLHIVE_GROUP } from './kubernetes-kinds.js';
import type { ClusterObject } from './cluster-object.js';
import { objectDocument } from './object-document.js';
import { objectVersion } from './object-version.js';

const NAME_PREFIX = 'com.toolhive.k8s.';
const MAX_NAME_LENGTH = 200;
/** Phases of an object that serves; the second word is that of the operator of 2025. */
const READY_PHASES = new Set(['Ready', 'Running']);

const claimsOf = z.record(z.string().min(1), z.union([z.string(), z.array(z.string())]));

/** A running server, as `/api/v0/deployed` shows it. */
export interface Deployment {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
  /** The phase that the operator reports; `Pending` before it does. */
  readonly status: string;
  /** Empty where there is none. */
  readonly image: string;
  readonly transport: string;
  readonly ready: boolean;
  /** Empty as long as the operator has given none. */
  readonly endpoint_url: string;
}

/** What an exported object becomes: a document, or a refusal with every reason. */
export type ObjectEntry =
  { readonly document: string; readonly version: string } | { readonly refused: RefusedDocument };

/** What is kept of an object while it is followed. */
export interface FollowedObject {
  readonly entryName: string;
  readonly deployment: Deployment;
  /** Absent for an object that is not exported. */
  readonly entry?: ObjectEntry;
  /** Its own claims; an exported object without the annotation has none. */
  readonly claims: Claims;
  /** Labels of a server that was deployed from a registry: the registry's name, and the server's in it. */
  readonly fromRegistry?: string;
  readonly fromServer?: string;
  /** Annotations that could not be read and do without. */
  readonly skipped: readonly string[];
}

/** Reads an object; its status is in `deployment` alone, all else decides what is in the catalogue. */
export function followedObject(object: ClusterObject): FollowedObject {
  const fromRegistry = asText(memberOf(object.labels, 'toolhive.stacklok.io/registry-name'));
  const fromServer = asText(memberOf(object.labels, 'toolhive.stacklok.io/server-name'));
  const claims = readClaims(object);
  const common = {
    entryName: `${NAME_PREFIX}${object.namespace}/${object.name}`,
    deployment: deploymentOf(object),
    claims: claims ?? {},
    ...(fromRegistry && { fromRegistry }),
    ...(fromServer && { fromServer }),
  };
  if (object.annotation('registry-export') !== 'true') return { ...common, skipped: [] };
  return { ...common, ...readEntry(object, common.entryName, claims === undefined) };
}

/** True when both become the same in the catalogue, whatever runs. */
export function isSameEntry(one: FollowedObject | undefined, other: FollowedObject | undefined): boolean {
  const rest = (object: FollowedObject | undefined) => JSON.stringify([object?.entry, object?.claims]);
  return one?.entry === undefined && other?.entry === undefined ? true : rest(one) === rest(other);
}

function readEntry(
  object: ClusterObject,
  name: string,
  hasBadClaims: boolean,
): { entry: ObjectEntry; skipped: readonly string[] } {
  const url = object.annotation('registry-url')?.trim() ?? '';
  const description = object.annotation('registry-description') ?? '';
  const image =
    object.kind.kind === 'MCPServer' ? asText(memberOf(object.spec, 'image')) || undefined : undefined;
  const version = objectVersion(object.annotation('registry-version'), image);
  const problems: DocumentProblem[] = [];
  if (url === '') problems.push(problem('registry-url', 'is missing'));
  else if (!isWebAddress(url))
    problems.push(problem('registry-url', 'must be an absolute http or https address'));
  if (description.trim() === '') problems.push(problem('registry-description', 'is missing'));
  if (hasBadClaims) {
    problems.push(problem('authz-claims', 'must be a JSON object whose values are texts or lists of texts'));
  }
  if (name.length > MAX_NAME_LENGTH) {
    const reason = `the entry's name ${name} must not be longer than ${MAX_NAME_LENGTH} characters`;
    problems.push({ pointer: '/metadata/name', reason });
  }
  if (problems.length > 0)
    return { entry: { refused: refusal(object, name, version, problems) }, skipped: [] };
  const facts = { name, version, url, description, ...(image !== undefined && { image }) };
  const { text, skipped } = objectDocument(object, facts);
  return { entry: { document: text, version }, skipped };
}

/** A refusal that names the object; its problems' pointers start at the object. */
export function refusal(
  { kind, namespace, name: objectName }: Pick<ClusterObject, 'kind' | 'namespace' | 'name'>,
  name: string,
  version: string,
  problems: readonly DocumentProblem[],
): RefusedDocument {
  return {
    kind: 'server',
    ...(name.length <= MAX_NAME_LENGTH && { name, version }),
    pointer: toPointer([namespace, kind.plural, objectName]),
    problems,
  };
}

/** The object's claims, `{}` when it names none; undefined when what it says cannot be understood. */
function readClaims(object: ClusterObject): Claims | undefined {
  const annotation = object.annotation('authz-claims');
  if (annotation === undefined) return {};
  return claimsOf.safeParse(readAnnotationJson(annotation)?.value).data;
}

function deploymentOf({ kind, namespace, name, spec, status, isBeingDeleted }: ClusterObject): Deployment {
  const phase = isBeingDeleted ? 'Terminating' : asText(memberOf(status, 'phase')) || 'Pending';
  return {
    name,
    namespace,
    kind: kind.kind,
    status: phase,
    image: asText(memberOf(spec, 'image')) ?? '',
    transport: asText(memberOf(spec, 'transport')) || kind.transport,
    ready: READY_PHASES.has(phase),
    endpoint_url: asText(memberOf(status, 'url')) ?? '',
  };
}

function problem(annotation: string, reason: string): DocumentProblem {
  return { pointer: toPointer(['metadata', 'annotations', `${TOOLHIVE_GROUP}/${annotation}`]), reason };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
