import { z } from 'zod';
import { DIFF_NAMES } from '../database/round-diff.js';
import { ENTRY_TYPES } from './entry-type.js';
import { Count, PageMetadata } from './list.schema.js';

const runShape = {
  id: z.string(),
  source: z.string(),
  outcome: z.enum(['complete', 'failed']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  duration: z.string().describe('From begin to end (`1.25s`)'),
  added: Count.describe('Versions'),
  changed: Count,
  removed: Count,
  refused: Count.describe('Documents in quarantine since'),
  unchanged: Count,
  bytes: Count.describe('Read of the source'),
  message: z.string().optional().describe('Why it failed'),
  code: z.string().optional().describe('Code of the error that ended it'),
};

const names = z.array(
  z.object({
    entryType: z.enum(ENTRY_TYPES),
    name: z.string().optional(),
    version: z.string().optional(),
  }),
);

export const Run = z
  .object({
    ...runShape,
    diff: z
      .object({ added: names, changed: names, removed: names, refused: names })
      .optional()
      .describe(`The first ${DIFF_NAMES} of each; absent for failed runs and old ones`),
  })
  .meta({ id: 'Run' });

export const RunList = z
  .object({ runs: z.array(z.object(runShape).meta({ id: 'RunSummary' })), metadata: PageMetadata })
  .meta({ id: 'RunList' });

export const QuarantineList = z
  .object({
    quarantine: z.array(
      z.object({
        entryType: z.enum(ENTRY_TYPES),
        name: z.string().optional(),
        version: z.string().optional(),
        pointer: z.string().describe('JSON pointer of the document in its file'),
        problems: z
          .array(z.object({ pointer: z.string(), reason: z.string() }))
          .describe('Each with its JSON pointer in the document'),
      }),
    ),
    metadata: PageMetadata.extend({
      total: Count.describe('Refused documents'),
      kept: Count.describe('Those that can be listed: the first ones'),
    }),
  })
  .meta({ id: 'QuarantineList' });
