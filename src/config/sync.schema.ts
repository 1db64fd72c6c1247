import { z } from 'zod';
import { globProblem } from '../model/name-filter.js';
import { duration, text } from './config-values.js';

/** Applies when `syncPolicy.interval` is absent; a warning says so. */
export const DEFAULT_INTERVAL = '30m';

const retrySchema = z
  .strictObject({
    maxAttempts: z.int().min(1).prefault(5).describe('Failed rounds in a row after which `maxDelay` holds.'),
    initialDelay: duration().prefault('1s').describe('Wait before the second attempt; jitter is added.'),
    maxDelay: duration().prefault('5m').describe('Longest wait between two attempts.'),
  })
  .refine((retry) => retry.initialDelay <= retry.maxDelay, {
    path: ['maxDelay'],
    error: 'must not be shorter than initialDelay',
  })
  .transform(({ initialDelay, maxDelay, ...rest }) => ({
    ...rest,
    initialDelayMs: initialDelay,
    maxDelayMs: maxDelay,
  }));

/** When and how a source is read. `intervalMs` stays absent when it was not given. */
export const syncPolicySchema = z
  .strictObject({
    interval: duration({ min: '1s' }).exactOptional().meta({
      description: 'Time between two rounds, at least 1s; a warning when absent.',
      default: DEFAULT_INTERVAL,
    }),
    timeout: duration().prefault('10m').describe('Longest time for one round.'),
    retry: retrySchema.prefault({}).describe('What happens within a round that fails.'),
    allowMassRemoval: z
      .boolean()
      .prefault(false)
      .describe('Accept a round that removes more than half of the entries.'),
  })
  .transform(({ interval, timeout, ...rest }) => ({
    ...rest,
    ...(interval !== undefined && { intervalMs: interval }),
    timeoutMs: timeout,
  }))
  .meta({ id: 'syncPolicy' });

/** How several processes on one database share the work. */
export const syncSchema = z
  .strictObject({
    leaseLength: duration({ min: '1s' })
      .prefault('60s')
      .describe('Longest time until another replica takes over a source whose replica died, at least 1s.'),
  })
  .transform(({ leaseLength }) => ({ leaseLengthMs: leaseLength }));

const patterns = z.array(
  text().superRefine((pattern, context) => {
    const problem = globProblem(pattern);
    if (problem !== undefined) context.addIssue(`the pattern ${problem}`);
  }),
);

const rulesSchema = z.strictObject({
  include: patterns.exactOptional().describe('Only what matches one of these patterns is taken.'),
  exclude: patterns.exactOptional().describe('What matches one of these patterns is left out; it wins.'),
});

/** Which entries of a source are taken: globs with `*` (which crosses `/`), `?`, `[…]` and `{a,b}`. */
export const filterSchema = z
  .strictObject({
    names: rulesSchema.exactOptional().describe('Patterns for full names and ToolHive short names.'),
    tags: rulesSchema.exactOptional().describe('Patterns for tags.'),
  })
  .meta({ id: 'filter' });
