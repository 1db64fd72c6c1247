import { z } from 'zod';

/** The body of every error, as the API description shows it. */
export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
    errors: z.array(z.object({ message: z.string(), location: z.string().optional() })).optional(),
    error: z.string().describe('The same as `detail`, for clients of the older shape'),
  })
  .meta({ id: 'Problem' });
