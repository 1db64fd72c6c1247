import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileFilter,
  filterFingerprint,
  globProblem,
  type FilteredEntry,
  type FilterRules,
} from './name-filter.js';

function server(name: string, tags: readonly string[] = [], sourceKey?: string): FilteredEntry {
  return { kind: 'server', name, tags, sourceKey };
}

const glob = fc.constantFrom('*', 'a*', '*b', '?', 'ab', '{a,b}', '[!a]*', 'io.*/x');
const globs = fc.uniqueArray(glob, { maxLength: 4 });
const patternRules = fc.record({ include: globs, exclude: globs }, { requiredKeys: [] });
const filterRules: fc.Arbitrary<FilterRules> = fc.record(
  { names: patternRules, tags: patternRules },
  { requiredKeys: [] },
);
const text = fc.constantFrom('a', 'b', 'ab', 'ba', 'c', 'io.c/x');
const entry: fc.Arbitrary<FilteredEntry> = fc.record(
  {
    kind: fc.constantFrom('server', 'skill', 'plugin'),
    name: text,
    sourceKey: text,
    tags: fc.uniqueArray(text, { maxLength: 3 }),
  },
  { requiredKeys: ['kind', 'name', 'tags'] },
);

describe('compileFilter', () => {
  it('keeps everything without rules, and with empty lists', () => {
    const empty = { include: [], exclude: [] };

    expect(compileFilter(undefined)(server('a/b'))).toBe(true);
    expect(compileFilter({})(server('a/b'))).toBe(true);
    expect(compileFilter({ names: empty, tags: empty })(server('a/b'))).toBe(true);
  });

  it('needs one hit of a non-empty include, and lets exclude win', () => {
    const keeps = compileFilter({ names: { include: ['io.github.*', 'com.acme/*'], exclude: ['*/test-*'] } });

    expect(keeps(server('io.github.acme/server'))).toBe(true);
    expect(keeps(server('com.acme/server'))).toBe(true);
    expect(keeps(server('org.other/server'))).toBe(false);
    expect(keeps(server('com.acme/test-server'))).toBe(false);
  });

  it('matches names with the key of the source as well, for include and for exclude', () => {
    const fetch = server('io.github.stacklok/fetch', [], 'fetch');

    expect(compileFilter({ names: { include: ['fetch'] } })(fetch)).toBe(true);
    expect(compileFilter({ names: { exclude: ['fetch'] } })(fetch)).toBe(false);
    expect(compileFilter({ names: { include: ['fetch'] } })(server('io.github.stacklok/fetch'))).toBe(false);
  });

  it('matches tags as globs, and refuses an entry without tags when some are asked for', () => {
    const keeps = compileFilter({ tags: { include: ['prod*'], exclude: ['beta'] } });

    expect(keeps(server('a', ['x', 'production']))).toBe(true);
    expect(keeps(server('a', ['production', 'beta']))).toBe(false);
    expect(keeps(server('a', ['Production']))).toBe(false);
    expect(keeps(server('a'))).toBe(false);
    expect(compileFilter({ tags: { exclude: ['*'] } })(server('a'))).toBe(true);
  });

  it('asks names and tags to pass both', () => {
    const keeps = compileFilter({ names: { include: ['a'] }, tags: { include: ['t'] } });

    expect(keeps(server('a', ['t']))).toBe(true);
    expect(keeps(server('a', ['u']))).toBe(false);
    expect(keeps(server('b', ['t']))).toBe(false);
  });

  it.each(['skill', 'plugin'] as const)('applies name rules but no tag rules to a %s', (kind) => {
    const keeps = compileFilter({ names: { include: ['acme/*'] }, tags: { include: ['t'], exclude: ['u'] } });

    expect(keeps({ kind, name: 'acme/pdf', tags: ['u'] })).toBe(true);
    expect(keeps({ kind, name: 'other/pdf', tags: ['t'] })).toBe(false);
  });

  it('reports every bad pattern with its place', () => {
    const rules = { names: { include: ['ok', '[a'], exclude: [''] }, tags: { exclude: ['{a'] } };

    expect(() => compileFilter(rules)).toThrow(
      expect.objectContaining({
        code: 'invalid-configuration',
        problems: [
          { message: 'The pattern has a "[" without its "]".', location: 'names.include[1]' },
          { message: 'The pattern must not be empty.', location: 'names.exclude[0]' },
          { message: 'The pattern has a "{" without its "}".', location: 'tags.exclude[0]' },
        ],
      }),
    );
  });

  it('keeps no more when a pattern is excluded, and no less when one joins a non-empty include', () => {
    fc.assert(
      fc.property(filterRules, globs, glob, entry, (rules, include, extra, entry) => {
        const exclude = [...(rules.names?.exclude ?? []), extra];
        const narrowed = compileFilter({ ...rules, names: { ...rules.names, exclude } });
        expect(narrowed(entry) && !compileFilter(rules)(entry)).toBe(false);

        const some = compileFilter({ ...rules, names: { ...rules.names, include: ['a', ...include] } });
        const more = compileFilter({
          ...rules,
          names: { ...rules.names, include: ['a', ...include, extra] },
        });
        expect(some(entry) && !more(entry)).toBe(false);
      }),
    );
  });

  it('keeps exactly what include alone keeps and exclude alone keeps', () => {
    fc.assert(
      fc.property(globs, globs, entry, (include, exclude, entry) => {
        const both = compileFilter({ names: { include, exclude } })(entry);
        const each = [{ include }, { exclude }].every((names) => compileFilter({ names })(entry));
        expect(both).toBe(each);
      }),
    );
  });

  it('splits the entries in two when the same list is included and excluded', () => {
    const some = fc.uniqueArray(glob, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, entry, (list, entry) => {
        const included = compileFilter({ names: { include: list } })(entry);
        expect(compileFilter({ names: { exclude: list } })(entry)).toBe(!included);
        expect(compileFilter({ names: { include: list, exclude: list } })(entry)).toBe(false);
      }),
    );
  });
});

describe('globProblem', () => {
  it('is undefined for a pattern that can be used, else says what is wrong', () => {
    expect(globProblem('io.github.*/{a,b}[0-9]')).toBeUndefined();
    expect(globProblem('a[')).toBe('has a "[" without its "]"');
  });
});

describe('filterFingerprint', () => {
  it('is the same for no rules and empty ones', () => {
    const empty = { include: [], exclude: [] };

    expect(filterFingerprint({ names: empty, tags: {} })).toBe(filterFingerprint(undefined));
  });

  it('ignores order and repeats in a list', () => {
    fc.assert(
      fc.property(globs, globs, (include, exclude) => {
        const edited = { include: [...include.toReversed(), ...include], exclude: exclude.toReversed() };
        expect(filterFingerprint({ names: edited })).toBe(filterFingerprint({ names: { include, exclude } }));
      }),
    );
  });

  it('tells lists, and patterns with commas, apart', () => {
    const rules: FilterRules[] = [
      {},
      { names: { include: ['a', 'b'] } },
      { names: { include: ['a,b'] } },
      { names: { exclude: ['a', 'b'] } },
      { tags: { include: ['a', 'b'] } },
      { tags: { exclude: ['a', 'b'] } },
    ];

    expect(new Set(rules.map(filterFingerprint)).size).toBe(rules.length);
  });

  it('is the same only for rules that keep the same entries', () => {
    fc.assert(
      fc.property(filterRules, filterRules, entry, (a, b, entry) => {
        const same = filterFingerprint(a) === filterFingerprint(b);
        expect(same && compileFilter(a)(entry) !== compileFilter(b)(entry)).toBe(false);
      }),
    );
  });
});
