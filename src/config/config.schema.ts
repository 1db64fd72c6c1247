import { z } from 'zod';
import { apiSchema } from './api.schema.js';
import { authSchema } from './auth.schema.js';
import { claimsSchema, isRecord, onAnyMap, presentKeys, textList } from './config-values.js';
import { gitSchema } from './git.schema.js';
import { checkUniqueNames, nameOf, nameSchema } from './names.schema.js';
import { didYouMean } from './nearest-word.js';
import { auditSchema, serverSchema, telemetrySchema } from './server.schema.js';
import { checkSourceKind, fileSchema, formatSchema, sourceKeys, sourceSchema } from './source.schema.js';
import { databaseSchema, fileStorageSchema } from './store.schema.js';
import { filterSchema, syncPolicySchema, syncSchema } from './sync.schema.js';
import { viewsSchema } from './view.schema.js';

/** Blocks that mean the same in every form of the configuration. */
export const sharedKeys = {
  database: databaseSchema.exactOptional().describe('PostgreSQL; without it the embedded store is used.'),
  fileStorage: fileStorageSchema.prefault({}).describe('Files that the server writes.'),
  sync: syncSchema.prefault({}).describe('Rounds of all sources.'),
  auth: authSchema.prefault({}).describe('Who may read and write.'),
  server: serverSchema.prefault({}).describe('The HTTP server.'),
  telemetry: telemetrySchema.prefault({}).describe('Traces and metrics over OTLP.'),
  audit: auditSchema.prefault({}).describe('Audit log.'),
  views: viewsSchema.prefault([]).describe('Addresses for clients that cannot log in.'),
};

const onAnyList = { when: (payload: { readonly value: unknown }) => Array.isArray(payload.value) };

const registrySchema = z.strictObject({
  name: nameSchema.describe('Name of the registry, part of its address.'),
  sources: textList().min(1).describe('Names of its sources; for one entry the first that has it wins.'),
  claims: claimsSchema.exactOptional().describe('Claims that a caller needs to read it.'),
});

/** `sources` and `registries`: the form for new configurations. */
export const sourcesFormSchema = z
  .strictObject({
    sources: z
      .array(sourceSchema, { error: requiredList('at least one source must be configured') })
      .min(1)
      .superRefine((items, context) => checkUniqueNames(items, context, 'source'), onAnyList)
      .describe('Where entries come from.'),
    registries: z
      .array(registrySchema, { error: requiredList('at least one registry must be configured') })
      .min(1)
      .superRefine((items, context) => checkUniqueNames(items, context, 'registry'), onAnyList)
      .describe('What clients read: named, ordered lists of sources.'),
    ...sharedKeys,
  })
  .superRefine(checkReferences, onAnyMap)
  .meta({ title: 'sources and registries' });

/** Says more than that a list is missing; other faults of it keep their usual words. */
function requiredList(sentence: string): (issue: { readonly input?: unknown }) => string | undefined {
  return ({ input }) => (input === undefined ? `is required: ${sentence}` : undefined);
}

/** Each source that a registry names must exist, once, and each registry that a view shows. */
function checkReferences(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value) || !Array.isArray(value['sources']) || !Array.isArray(value['registries'])) return;
  const known = value['sources'].map(nameOf).filter((name) => name !== undefined);
  const registries = value['registries'].map(nameOf).filter((name) => name !== undefined);
  (Array.isArray(value['views']) ? value['views'] : []).forEach((view: unknown, index) => {
    const name = isRecord(view) ? view['registry'] : undefined;
    if (typeof name !== 'string' || name === '' || registries.includes(name)) return;
    const message = `unknown registry '${name}'${didYouMean(name, registries)}`;
    context.addIssue({ code: 'custom', path: ['views', index, 'registry'], message });
  });
  value['registries'].forEach((registry: unknown, index) => {
    const names = isRecord(registry) && Array.isArray(registry['sources']) ? registry['sources'] : [];
    names.forEach((name: unknown, position) => {
      if (typeof name !== 'string' || name === '') return;
      const path = ['registries', index, 'sources', position];
      if (!known.includes(name)) {
        const message = `unknown source '${name}'${didYouMean(name, known)}`;
        context.addIssue({ code: 'custom', path, message });
      } else if (names.indexOf(name) !== position) {
        context.addIssue({ code: 'custom', path, message: `source '${name}' is listed twice` });
      }
    });
  });
}

const SINGLE_KINDS = ['git', 'api', 'file'] as const;

const singleSourceSchema = z
  .strictObject({
    type: z.enum(SINGLE_KINDS).describe('Which of the blocks below describes the source.'),
    format: formatSchema,
    git: gitSchema.exactOptional().describe('Reads a git repository.'),
    api: apiSchema.exactOptional().describe('Reads another registry over HTTP.'),
    file: fileSchema.exactOptional().describe('Reads one file.'),
  })
  .superRefine((value: unknown, context) => {
    if (!isRecord(value)) return;
    const type = SINGLE_KINDS.find((kind) => kind === value['type']);
    if (type === undefined) return;
    if (value[type] === undefined) context.addIssue(`type ${type} needs the ${type} block`);
    for (const kind of presentKeys(value, SINGLE_KINDS)) {
      if (kind === type) continue;
      context.addIssue({ code: 'custom', path: [kind], message: `does not belong to type ${type}` });
    }
  }, onAnyMap);

/** One source and one registry of one name: the first public form. */
export const singleFormSchema = z
  .strictObject({
    registryName: nameSchema.prefault('default').describe('Name of the registry and of its source.'),
    source: singleSourceSchema.describe('Where entries come from.'),
    syncPolicy: syncPolicySchema.prefault({}).describe('When and how the source is read.'),
    filter: filterSchema.exactOptional().describe('Which entries of the source are taken.'),
    ...sharedKeys,
  })
  .meta({ title: 'single source' });

/** `registries` whose items are sources themselves, as the operator of November 2025 wrote them. */
export const operatorFormSchema = z
  .strictObject({
    registryName: nameSchema.exactOptional().describe('Name of the whole; it has no effect.'),
    registries: z
      .array(z.strictObject(sourceKeys).superRefine(checkSourceKind, onAnyMap))
      .min(1)
      .superRefine((items, context) => checkUniqueNames(items, context, 'registry'), onAnyList)
      .describe('One source and one registry for each item.'),
    ...sharedKeys,
  })
  .meta({ title: 'operator of November 2025' });

/** The schema of each form. */
export const formSchemas = {
  sources: sourcesFormSchema,
  single: singleFormSchema,
  operator: operatorFormSchema,
} as const;

/** The forms in which a configuration may be written. */
export type ConfigForm = keyof typeof formSchemas;

/** Every configuration file. */
export const configFileSchema = z
  .union([sourcesFormSchema, singleFormSchema, operatorFormSchema])
  .meta({ title: 'Configuration of thv-registry-api' });
