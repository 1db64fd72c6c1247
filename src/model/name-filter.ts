import { DomainError, type Problem } from '../common/domain-error.js';
import type { EntryKind } from './entry.js';
import { parseGlob } from './glob.js';

/** Globs of one aspect: `exclude` wins, and a non-empty `include` needs one hit. */
export interface PatternRules {
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** The `filter` block of a source. Names and tags must both pass. */
export interface FilterRules {
  readonly names?: PatternRules | undefined;
  readonly tags?: PatternRules | undefined;
}

/** What a filter looks at. */
export interface FilteredEntry {
  readonly kind: EntryKind;
  readonly name: string;
  /** The source's own short key, which name patterns match too. */
  readonly sourceKey?: string | undefined;
  readonly tags: readonly string[];
}

type TextTest = (text: string) => boolean;

/** What is wrong with a glob, or `undefined` when it can be used. */
export function globProblem(pattern: string): string | undefined {
  const parsed = parseGlob(pattern);
  return 'problem' in parsed ? parsed.problem : undefined;
}

/**
 * Makes the test that tells which entries of a source are kept. Tag rules do not touch skills and plugins, which
 * carry no tags. Throws a `DomainError` `invalid-configuration` that lists every bad pattern.
 */
export function compileFilter(rules: FilterRules | undefined): (entry: FilteredEntry) => boolean {
  const problems: Problem[] = [];
  const namesPass = compileRules(rules?.names, 'names', problems);
  const tagsPass = compileRules(rules?.tags, 'tags', problems);
  if (problems.length > 0) {
    throw new DomainError('invalid-configuration', 'The filter has patterns that cannot be used.', {
      problems,
    });
  }
  return (entry) => namesPass(namesOf(entry)) && (entry.kind !== 'server' || tagsPass(entry.tags));
}

/**
 * A text that is the same for rules that mean the same lists, whatever the order and repeats in each list, and
 * different for others; kept to notice that a filter was edited.
 */
export function filterFingerprint(rules: FilterRules | undefined): string {
  const lists = [rules?.names?.include, rules?.names?.exclude, rules?.tags?.include, rules?.tags?.exclude];
  return JSON.stringify(lists.map((patterns) => [...new Set(patterns)].sort()));
}

function namesOf(entry: FilteredEntry): readonly string[] {
  return entry.sourceKey === undefined ? [entry.name] : [entry.name, entry.sourceKey];
}

function compileRules(
  rules: PatternRules | undefined,
  location: string,
  problems: Problem[],
): (texts: readonly string[]) => boolean {
  const include = compilePatterns(rules?.include, `${location}.include`, problems);
  const exclude = compilePatterns(rules?.exclude, `${location}.exclude`, problems);
  return (texts) => !anyMatches(exclude, texts) && (include.length === 0 || anyMatches(include, texts));
}

function compilePatterns(
  patterns: readonly string[] | undefined,
  location: string,
  problems: Problem[],
): readonly TextTest[] {
  const tests: TextTest[] = [];
  for (const [index, pattern] of (patterns ?? []).entries()) {
    const parsed = parseGlob(pattern);
    if ('matches' in parsed) tests.push(parsed.matches);
    else problems.push({ message: `The pattern ${parsed.problem}.`, location: `${location}[${index}]` });
  }
  return tests;
}

function anyMatches(tests: readonly TextTest[], texts: readonly string[]): boolean {
  return tests.some((matches) => texts.some((text) => matches(text)));
}
