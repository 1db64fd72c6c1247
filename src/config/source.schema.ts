import { z } from 'zod';
import { REGISTRY_FORMATS } from '../model/entry.js';
import { apiSchema } from './api.schema.js';
import {
  caCertPathKey,
  claimsSchema,
  duration,
  maxSizeKey,
  oneOfWords,
  onAnyMap,
  presentKeys,
  text,
  webAddress,
} from './config-values.js';
import { gitSchema } from './git.schema.js';
import { filterSchema, syncPolicySchema } from './sync.schema.js';
import { nameSchema } from './names.schema.js';

/** Kinds of sources, in the order in which the pages name them. */
export const SOURCE_KINDS = ['git', 'api', 'file', 'managed', 'kubernetes'] as const;

/** A registry file: on disk, behind an address, or written into the configuration. */
export const fileSchema = z
  .strictObject({
    path: text()
      .exactOptional()
      .describe('JSON or YAML file on disk, relative to the working directory; it is watched.'),
    url: webAddress().exactOptional().describe('Address of the file; asked for with conditional requests.'),
    data: text().exactOptional().describe('The content itself, as JSON or YAML text.'),
    timeout: duration({ max: '5m' }).prefault('30s').describe('Longest time for one request of `url`.'),
    caCertPath: caCertPathKey,
    maxSize: maxSizeKey,
  })
  .refine((value) => presentKeys(value, ['path', 'url', 'data']).length === 1, {
    ...onAnyMap,
    error: 'needs exactly one of path, url or data',
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
  .meta({ id: 'file' });

/** Namespaces that one source may follow: each takes three connections to the API server. */
const MAX_NAMESPACES = 100;

/** Names of Kubernetes namespaces (RFC 1123 labels), or `*` for all of them. */
export const namespaceList = z
  .array(
    z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|\*)$/, {
      error: 'must be the name of a namespace, or * for every one',
    }),
  )
  .max(MAX_NAMESPACES);

const kubernetesBlock = z.strictObject({
  namespaces: namespaceList
    .exactOptional()
    .describe(
      "Namespaces to follow, all together; `*` is every one. Else those of `THV_REGISTRY_WATCH_NAMESPACE` (comma list), else the pod's own, else every one.",
    ),
  maxSize: maxSizeKey,
});

/** Objects of a Kubernetes cluster; a key without a value means the same as `{}`. */
export const kubernetesSchema = kubernetesBlock
  .nullable()
  .transform((value) => value ?? kubernetesBlock.parse({}))
  .meta({ id: 'kubernetes' });

/** Entries written through the API; a key without a value means the same as `{}`. */
export const managedSchema = z
  .strictObject({})
  .nullable()
  .transform(() => ({}))
  .meta({ id: 'managed' });

/** The format key of a source. */
export const formatSchema = z
  .enum(REGISTRY_FORMATS)
  .exactOptional()
  .describe('Detected from the data; when given, other data is an error.');

/** The five keys of which a source has exactly one. */
export const sourceKindKeys = {
  git: gitSchema.exactOptional().describe('Reads a git repository.'),
  api: apiSchema.exactOptional().describe('Reads another registry over HTTP.'),
  file: fileSchema.exactOptional().describe('Reads one file.'),
  managed: managedSchema
    .exactOptional()
    .describe(
      'Entries that are published through the API: `{}`. Nothing can be published yet, so it is empty.',
    ),
  kubernetes: kubernetesSchema.exactOptional().describe('Reads objects of the cluster the server runs in.'),
};

/** What every source has, whichever form of the configuration describes it. */
export const sourceKeys = {
  name: nameSchema.describe('Name of the source.'),
  format: formatSchema,
  ...sourceKindKeys,
  syncPolicy: syncPolicySchema.prefault({}).describe('When and how the source is read.'),
  filter: filterSchema.exactOptional().describe('Which entries of the source are taken.'),
};

/** Reports a source that has no kind, or several. */
export function checkSourceKind(value: unknown, context: z.RefinementCtx): void {
  const kinds = presentKeys(value, SOURCE_KINDS);
  if (kinds.length === 0) context.addIssue(`needs one of ${oneOfWords(SOURCE_KINDS)}`);
  if (kinds.length > 1) context.addIssue(`has ${oneOfWords(kinds, 'and')}: only one kind may be given`);
}

/** One item of `sources`. */
export const sourceSchema = z
  .strictObject({
    ...sourceKeys,
    claims: claimsSchema
      .exactOptional()
      .describe('Claims that entries of this source get when they bring none.'),
  })
  .superRefine(checkSourceKind, onAnyMap);
