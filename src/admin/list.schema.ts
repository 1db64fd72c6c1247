import { z } from 'zod';

/** What is known of a page: part of every list's answer. */
export const PageMetadata = z
  .object({
    nextCursor: z.string().optional().describe('Fetches the next page; absent on the last one'),
    count: z.int().describe('Items on this page'),
  })
  .meta({ id: 'PageMetadata' });

/** Claims, as they are configured. */
export const ShownClaims = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** Numbers that cannot be negative. */
export const Count = z.int().nonnegative();
