import type { z } from 'zod';
import { formSchemas, type ConfigForm } from './config.schema.js';
import { namesBelow } from './config-keys.js';
import { pathText, withValue, type ConfigPath } from './config-path.js';
import { describeIssue, type Finding } from './config-problems.js';
import { didYouMean } from './nearest-word.js';
import type { ParsedForm } from './single-source.js';

/** What the schema of one form makes of a configuration. `parsed` is there when `problems` is empty. */
export interface ParseResult {
  readonly parsed?: ParsedForm;
  readonly problems: readonly Finding[];
  /** Keys that the form does not know. They are left out of `parsed`. */
  readonly unknownKeys: readonly Finding[];
}

/** Reads a configuration by the schema of its form and reports everything that is wrong with it. */
export function parseForm(form: ConfigForm, root: unknown): ParseResult {
  const unknown = issuesOf(form, root).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...pathOf(issue), key]) : [],
  );
  // A second reading without them, because an unknown key must not hide what the rest amounts to.
  const cleaned = unknown.reduce<unknown>((copy, path) => withValue(copy, path, undefined), root);
  const unknownKeys = unknown.map((path) => ({ path, message: unknownKeyMessage(form, path) }));
  const result = formSchemas[form].safeParse(cleaned, { error: describeIssue });
  if (!result.success) {
    const problems = result.error.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
    return { problems, unknownKeys };
  }
  return { parsed: { form, value: result.data } as ParsedForm, problems: [], unknownKeys };
}

function issuesOf(form: ConfigForm, root: unknown): readonly z.core.$ZodIssue[] {
  return formSchemas[form].safeParse(root).error?.issues ?? [];
}

function pathOf(issue: z.core.$ZodIssue): ConfigPath {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

function unknownKeyMessage(form: ConfigForm, path: ConfigPath): string {
  const block = path.slice(0, -1);
  const guess = didYouMean(String(path.at(-1)), namesBelow(form, block));
  return `unknown key in ${block.length === 0 ? 'the configuration' : pathText(block)}${guess}`;
}
