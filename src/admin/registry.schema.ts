import { z } from 'zod';
import { ENTRY_TYPES } from './entry-type.js';
import { Count, PageMetadata, ShownClaims } from './list.schema.js';
import { EntryVersion } from './source.schema.js';

export const RegistryDefinitionInfo = z
  .object({
    name: z.string(),
    claims: ShownClaims.optional(),
    creationType: z.enum(['CONFIG', 'API']),
    sources: z.array(z.string()).describe('In the order of their precedence'),
    createdAt: z.iso.datetime().describe('When the configuration that has it was read'),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'RegistryDefinition' });

export const RegistryDefinitionList = z
  .object({ registries: z.array(RegistryDefinitionInfo), metadata: PageMetadata })
  .meta({ id: 'RegistryDefinitionList' });

export const RegistryEntryList = z
  .object({
    entries: z.array(
      z.object({
        entryType: z.enum(ENTRY_TYPES),
        name: z.string(),
        ...EntryVersion.shape,
        sourceName: z.string(),
        position: Count.describe('Place of the source in the registry; 0 has precedence'),
      }),
    ),
    metadata: PageMetadata,
  })
  .meta({ id: 'RegistryEntryList' });
