import { writeArray, writeObject } from '../../common/json-text.js';
import { asText, memberOf } from '../../model/json-value.js';
import { PUBLISHER_META, TOOLHIVE_NAMESPACE } from '../../model/toolhive-format.js';
import { readAnnotationJson } from './annotation-json.js';
import type { ClusterObject } from './cluster-object.js';
import { imageSuffix } from './image-reference.js';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const REMOTE_TRANSPORT = 'streamable-http';
const DEFAULT_PORT = 8080;

/** What is known of an object before its document is written. */
export interface DocumentFacts {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly description: string;
  /** The image of an MCPServer. */
  readonly image?: string;
}

/** The `server.json` of an object, compact, with the annotations that had to be left out. */
export interface ObjectDocument {
  readonly text: string;
  readonly skipped: readonly string[];
}

/**
 * Writes the `server.json` of an object: one remote, an image as package besides, and in ToolHive's extension object
 * where it comes from, its tools and its category. The same object always gives the same text.
 */
export function objectDocument(object: ClusterObject, facts: DocumentFacts): ObjectDocument {
  const skipped: string[] = [];
  const list = (key: string, isItem: (item: unknown) => boolean): string | undefined => {
    const annotation = object.annotation(key);
    if (annotation === undefined) return undefined;
    const json = readAnnotationJson(annotation);
    if (json !== undefined && Array.isArray(json.value) && json.value.every(isItem)) return json.text;
    skipped.push(key);
    return undefined;
  };
  const category = object.annotation('registry-category');
  const icon = object.annotation('registry-icon');
  const extension = writeObject([
    ['status', '"active"'],
    ['tools', list('tools', (item) => typeof item === 'string')],
    ['tags', category && JSON.stringify([category])],
    ['tool_definitions', list('tool-definitions', (item) => asText(memberOf(item, 'name')) !== undefined)],
    ['metadata', writeObject([['kubernetes', origin(object, facts)]])],
  ]);
  const text = writeObject([
    ['$schema', JSON.stringify(SCHEMA)],
    ['name', JSON.stringify(facts.name)],
    ['description', JSON.stringify(facts.description)],
    ['title', written(object.annotation('registry-title'))],
    ['version', JSON.stringify(facts.version)],
    ['icons', icon && JSON.stringify([{ src: icon }])],
    ['packages', facts.image && writeArray([imagePackage(object, facts.image)])],
    ['remotes', JSON.stringify([{ type: REMOTE_TRANSPORT, url: facts.url }])],
    ['_meta', publisherMeta(facts.url, extension)],
  ]);
  return { text, skipped };
}

function publisherMeta(url: string, extension: string): string {
  const namespace = writeObject([[url, extension]]);
  return writeObject([[PUBLISHER_META, writeObject([[TOOLHIVE_NAMESPACE, namespace]])]]);
}

function origin(object: ClusterObject, { image }: DocumentFacts): string {
  return JSON.stringify({
    kind: object.kind.kind,
    namespace: object.namespace,
    name: object.name,
    uid: object.uid,
    ...(image !== undefined && { image, transport: specTransport(object) }),
  });
}

/**
 * The image as a package. The operator puts a proxy in front of every server, so its transport is always an HTTP one.
 * A package of that kind needs an address, and `latest` is no version that the schema allows.
 */
function imagePackage({ spec }: ClusterObject, image: string): string {
  const { tag, digest } = imageSuffix(image);
  const version = digest ?? (tag === 'latest' ? undefined : tag);
  const transport = asText(memberOf(spec, 'transport')) ?? '';
  const proxyMode = asText(memberOf(spec, 'proxyMode'));
  const isHttp = transport !== '' && transport !== 'stdio';
  const type = isHttp ? transport : proxyMode || REMOTE_TRANSPORT;
  const port = asPort(memberOf(spec, 'mcpPort')) ?? asPort(memberOf(spec, 'proxyPort')) ?? DEFAULT_PORT;
  return JSON.stringify({
    registryType: 'oci',
    identifier: image,
    ...(version !== undefined && { version }),
    transport: { type, url: `http://localhost:${port}` },
  });
}

function asPort(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

function specTransport({ spec, kind }: ClusterObject): string {
  return asText(memberOf(spec, 'transport')) || kind.transport;
}

function written(text: string | undefined): string | undefined {
  return text && JSON.stringify(text);
}
