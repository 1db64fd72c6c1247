/**
 * Field types that server, skill and plugin documents share, as lenient as the clients' own decoders: `null` is
 * taken for absent (Go, Java and JavaScript clients all do), unknown members are welcome at every level, but a known
 * member of another type makes typed clients drop the whole page.
 */
import { z } from 'zod';
import { versionProblem } from './version-rule.js';

/** Far above the standard's limits of 100 and 1024, so that wordy documents stay and hostile ones do not. */
const MAX_DESCRIPTION = 10_000;

export const optionalText = z.string().nullish();
export const optionalFlag = z.boolean().nullish();
export const optionalTexts = z.array(z.string()).nullish();
export const optionalObject = z.looseObject({}).nullish();

/** Clients reject an entry without description, and some of them the page it is on. */
export const description = z
  .string()
  .max(MAX_DESCRIPTION, `must not be longer than ${MAX_DESCRIPTION} characters`)
  .regex(/\S/, 'must not be blank');

/** A version by the rule that holds on every way in. */
export const version = z.string().superRefine((text, context) => {
  const problem = versionProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
