import type { z } from 'zod';
import { toPointer } from '../common/json-pointer.js';
import type { OfficialFinding } from './official-finding.js';
import { AS_WARNING, officialShape } from './official-shape.js';
import { PUBLISHER_META } from './toolhive-format.js';

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Every missing, unknown or wrongly typed member of a document. */
export function checkShape(document: unknown): OfficialFinding[] {
  return issuesOf(document)?.flatMap((issue) => findingsOf(issue, document)) ?? [TOO_MANY];
}

const TOO_MANY: OfficialFinding = {
  pointer: '',
  code: 'schema',
  message: 'This document has too many faults to list: start again from a small one.',
  severity: 'error',
};

function issuesOf(document: unknown): Issue[] | undefined {
  try {
    return officialShape.safeParse(document).error?.issues ?? [];
  } catch (error) {
    // Issues are passed on as arguments, so some hundred thousand of them exhaust the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function findingsOf(issue: Issue, document: unknown): OfficialFinding[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unexpected([...path, key], key));
  const severity = issue.code === 'custom' && issue.params === AS_WARNING ? 'warning' : 'error';
  return [{ pointer: toPointer(path), code: 'schema', message: messageOf(issue, path, document), severity }];
}

function unexpected(path: readonly (string | number)[], key: string): OfficialFinding {
  const message = `The standard knows no member ${JSON.stringify(key)} here: remove it, or keep it in _meta below "${PUBLISHER_META}".`;
  return { pointer: toPointer(path), code: 'unexpected-property', message, severity: 'error' };
}

function messageOf(issue: Issue, path: readonly (string | number)[], document: unknown): string {
  if (issue.code === 'invalid_type') {
    const wanted = EXPECTED[issue.expected] ?? issue.expected;
    const found = valueAt(document, path);
    if (found === undefined) return `"${path.at(-1) ?? ''}" is missing: add it as ${wanted}.`;
    return `This is ${kindOf(found)}: write ${wanted}.`;
  }
  if (issue.code === 'invalid_value') {
    return `This value is not one of those allowed: write ${issue.values.map((value) => JSON.stringify(value)).join(', ')}.`;
  }
  return issue.message;
}

function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
