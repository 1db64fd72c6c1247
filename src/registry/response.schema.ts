import { z } from 'zod';
import { ENTRY_STATUSES } from '../model/entry.js';
import { OFFICIAL_META, OWN_META } from '../model/envelope.js';

/**
 * What the read routes answer with, as the API description shows it. Replies are ready bytes and are not passed
 * through these; tests hold the two against each other.
 */
const Metadata = z
  .object({
    nextCursor: z.string().optional().describe('Fetches the next page; absent on the last one'),
    count: z.int().describe('Items on this page'),
  })
  .meta({ id: 'ListMetadata' });

const ServerDocument = z
  .looseObject({
    $schema: z.string().optional(),
    name: z.string(),
    description: z.string(),
    version: z.string(),
    title: z.string().optional(),
  })
  .meta({ id: 'ServerDocument', description: 'server.json, token by token as its author wrote it' });

const OfficialMeta = z
  .object({
    status: z.enum(ENTRY_STATUSES),
    statusChangedAt: z.iso.datetime(),
    statusMessage: z.string().optional(),
    publishedAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    isLatest: z.boolean(),
  })
  .meta({ id: 'OfficialMeta' });

const OwnMeta = z
  .object({
    source: z.string().describe('The source that this version comes from'),
    revision: z.int().describe('Revision of the catalogue that last changed what is served of this version'),
  })
  .meta({ id: 'RegistryMeta' });

export const ServerResponse = z
  .object({
    server: ServerDocument,
    _meta: z.looseObject({
      [OFFICIAL_META]: OfficialMeta,
      [OWN_META]: OwnMeta,
    }),
  })
  .meta({ id: 'ServerResponse' });

export const ServerList = z
  .object({ servers: z.array(ServerResponse), metadata: Metadata })
  .meta({ id: 'ServerList' });

const artifact = { namespace: z.string(), name: z.string(), description: z.string(), version: z.string() };

export const Skill = z
  .looseObject(artifact)
  .meta({ id: 'Skill', description: 'A skill as its author wrote it' });
export const SkillList = z.object({ skills: z.array(Skill), metadata: Metadata }).meta({ id: 'SkillList' });
export const Plugin = z
  .looseObject(artifact)
  .meta({ id: 'Plugin', description: 'A plugin as its author wrote it' });
export const PluginList = z
  .object({ plugins: z.array(Plugin), metadata: Metadata })
  .meta({ id: 'PluginList' });

export const RegistryList = z
  .object({
    registries: z.array(
      z.object({ name: z.string(), description: z.string(), url: z.string(), sources: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'RegistryList' });

export const RegistryInfo = z
  .object({
    version: z.string(),
    last_updated: z.iso.datetime(),
    source: z.string(),
    total_servers: z.int(),
  })
  .meta({ id: 'RegistryInfo' });
