import { z } from 'zod';
import { PageMetadata } from './list.schema.js';

const claims = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const View = z.object({
  name: z.string(),
  registry: z.string().describe('The registry that it shows'),
  claims: claims.optional().describe('What its callers may see'),
  expires: z.iso.datetime().optional(),
  allowedCidrs: z.array(z.string()).describe('Where it may be used from; everywhere when empty'),
  creationType: z.enum(['API', 'CONFIG']),
  createdAt: z.iso.datetime().optional(),
  tokens: z.array(
    z.object({
      id: z.string().describe('The first digits of its SHA-256'),
      createdAt: z.iso.datetime().optional(),
      validUntil: z.iso.datetime().optional().describe('End of the overlap after a rotation'),
    }),
  ),
});

/** The client views, without their tokens. */
export const ViewList = z.object({ views: z.array(View), metadata: PageMetadata }).meta({ id: 'ViewList' });

/** The one answer that has a token. */
export const ViewTokenInfo = z
  .object({
    name: z.string(),
    token: z.string().describe('Shown this once'),
    path: z.string().describe('What clients append to the address of this server'),
  })
  .meta({ id: 'ViewToken' });
