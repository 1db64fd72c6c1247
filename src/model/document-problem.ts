import { z } from 'zod';
import { toPointer } from '../common/json-pointer.js';

/** One reason to refuse a document; `pointer` is a JSON pointer from the document on (`""` is all of it). */
export interface DocumentProblem {
  readonly pointer: string;
  readonly reason: string;
}

/** Problems told about one document; a document with more has a systematic fault that these show. */
const MAX_PROBLEMS = 20;

const WANTED: Readonly<Record<string, string>> = {
  string: 'must be a string',
  boolean: 'must be true or false',
  object: 'must be an object',
  record: 'must be an object',
  array: 'must be an array',
};

/** Checks a parsed document against a schema; at most 20 problems come back, none when it passes. */
export function problemsOf(schema: z.ZodType, value: unknown): readonly DocumentProblem[] {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return [];
  return result.error.issues.slice(0, MAX_PROBLEMS).map((issue) => ({
    pointer: toPointer(issue.path.map((segment) => (typeof segment === 'symbol' ? '' : segment))),
    reason: reasonOf(issue),
  }));
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  if (issue.input === undefined) return 'is missing';
  return WANTED[issue.expected] ?? `must be of type ${issue.expected}`;
}
