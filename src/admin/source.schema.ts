import { z } from 'zod';
import { SOURCE_KINDS } from '../config/source.schema.js';
import { REGISTRY_FORMATS } from '../model/entry.js';
import { ENTRY_TYPES } from './entry-type.js';
import { Count, PageMetadata, ShownClaims } from './list.schema.js';

const SyncStatusShape = z
  .object({
    phase: z.enum(['pending', 'syncing', 'complete', 'failed']),
    lastAttempt: z.iso.datetime().optional().describe('Begin of the last round, one under way included'),
    lastSyncTime: z.iso
      .datetime()
      .optional()
      .describe('End of the last round that succeeded: the data is as old as this'),
    attemptCount: Count.describe('Failures in a row'),
    nextAttempt: z.iso.datetime().optional(),
    serverCount: Count,
    skillCount: Count,
    pluginCount: Count,
    rejectedCount: Count.describe('Documents in quarantine'),
    sourceRevision: z.string().optional().describe('Commit or hash of the data that is served'),
    message: z.string().optional().describe('Why the last round failed'),
  })
  .meta({ id: 'SyncStatus' });

const patterns = z.object({
  include: z.array(z.string()).optional(),
  exclude: z.array(z.string()).optional(),
});

export const SourceInfo = z
  .object({
    name: z.string(),
    type: z.enum(SOURCE_KINDS),
    sourceType: z.enum(SOURCE_KINDS).describe('The same as `type`'),
    creationType: z.enum(['CONFIG', 'API']),
    format: z.enum(REGISTRY_FORMATS).optional(),
    sourceConfig: z
      .looseObject({})
      .describe(
        'Settings without secrets, paths of secret files, query strings of addresses and inline data',
      ),
    filterConfig: z.object({ names: patterns.optional(), tags: patterns.optional() }).optional(),
    syncSchedule: z.string().optional().describe('Time between two rounds (`30m0s`)'),
    claims: ShownClaims.optional(),
    syncStatus: SyncStatusShape,
    rounds: z
      .object({ changed: Count, unchanged: Count, failed: Count, totalMs: Count })
      .describe('Rounds of this process since its start, by outcome, and the time they took together'),
    createdAt: z.iso.datetime().optional(),
    updatedAt: z.iso.datetime().optional().describe('When its definition last changed'),
  })
  .meta({ id: 'SourceInfo' });

export const SourceList = z
  .object({ sources: z.array(SourceInfo), metadata: PageMetadata })
  .meta({ id: 'SourceList' });

const versionShape = {
  version: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  createdAt: z.iso.datetime().describe('When it was published'),
  updatedAt: z.iso.datetime(),
};

/** One version in lists of entries. */
export const EntryVersion = z.object(versionShape).meta({ id: 'EntryVersion' });

export const SourceEntryList = z
  .object({
    entries: z.array(
      z.object({
        entryType: z.enum(ENTRY_TYPES),
        name: z.string(),
        claims: ShownClaims.optional(),
        versions: z.array(EntryVersion),
      }),
    ),
    metadata: PageMetadata,
  })
  .meta({ id: 'SourceEntryList' });
