import type { z } from 'zod';
import type { Problem } from '../common/domain-error.js';
import { pathText, type ConfigPath } from './config-path.js';
import { oneOfWords } from './config-values.js';
import { didYouMean } from './nearest-word.js';

/** Something to say about one place of the configuration. */
export interface Finding {
  readonly path: ConfigPath;
  readonly message: string;
}

/** A finding with the place where its author can mend it. */
export interface ConfigProblem extends Problem {
  /** `sources[1].git.branch`; empty for the file as a whole. */
  readonly path: string;
  /** Line in the file, from 1. */
  readonly line?: number;
  /** The environment variable or flag that gave the value. */
  readonly variable?: string;
}

/** Adds its place to a finding. */
export function locatedProblem(
  finding: Finding,
  place: { readonly line?: number | undefined; readonly variable?: string | undefined },
): ConfigProblem {
  const path = pathText(finding.path);
  if (place.variable !== undefined) {
    const { variable } = place;
    return { message: finding.message, location: `${path} (${variable})`.trimStart(), path, variable };
  }
  if (place.line === undefined) return { message: finding.message, ...(path && { location: path }), path };
  const location = path === '' ? `line ${place.line}` : `${path} (line ${place.line})`;
  return { message: finding.message, location, path, line: place.line };
}

/** What zod found, in our words. Never holds a value except the wrong word of a closed list. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return describeType(issue.expected, issue.input);
    case 'invalid_value': {
      if (issue.input === undefined) return 'is required';
      const words = issue.values.map(String);
      const guess = typeof issue.input === 'string' ? didYouMean(issue.input, words) : '';
      return `must be ${oneOfWords(words)}${guess}`;
    }
    case 'too_small':
      if (issue.origin === 'array') return 'needs at least one item';
      if (issue.origin === 'string') return 'must not be empty';
      return `must be ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`;
    default:
      return undefined;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

function describeType(expected: string, input: unknown): string {
  if (input === undefined) return 'is required';
  if (input === null) return 'has no value: give it one or remove the key';
  const noun = NOUNS[expected] ?? expected;
  const quotable = expected === 'string' && (typeof input === 'number' || typeof input === 'boolean');
  return `must be ${noun}, not ${nounOf(input)}${quotable ? ': put it in quotes' : ''}`;
}

function nounOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'boolean') return 'true or false';
  return NOUNS[typeof input] ?? typeof input;
}
