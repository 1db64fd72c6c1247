import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate } from '../common/json-pointer.js';
import { positionAt } from '../common/json-syntax.js';
import { checkRegistry } from './validate-registry.js';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const GOOD = { $schema: SCHEMA, name: 'io.example/good', description: 'Works', version: '1.0.0' };
const LONG = 'x'.repeat(101);

function check(
  value: unknown,
  { strict = false, ...options }: { strict?: boolean; format?: 'toolhive' | 'upstream' } = {},
): ReturnType<typeof checkRegistry> {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return checkRegistry(text, { strict, ...options });
}

describe('checkRegistry', () => {
  it('finds nothing in a good document, with a byte order mark or without', () => {
    expect(check(GOOD)).toEqual({ documents: 1, problems: [] });
    expect(check(`\uFEFF${JSON.stringify(GOOD)}`)).toEqual({ documents: 1, problems: [] });
  });

  it('tells at once what sync and what the official registry would refuse in one document', () => {
    const { version: _without, ...document } = { ...GOOD, description: LONG };

    const { problems } = check([document]);

    expect(problems).toMatchObject([
      { severity: 'error', pointer: '/0/version' },
      { severity: 'warning', pointer: '/0/description' },
    ]);
  });

  it('points into envelopes', () => {
    const content = { servers: [{ server: { ...GOOD, description: LONG }, _meta: {} }] };

    expect(check(content).problems).toMatchObject([
      { pointer: '/servers/0/server/description', line: 7, column: 24 },
    ]);
  });

  it('points at the entry of a ToolHive registry, not into what it converts to', () => {
    const entry = { image: 'ghcr.io/example/tool:1.0.0', description: LONG, transport: 'stdio' };

    const { problems } = check({ last_updated: '2026-01-01T00:00:00Z', servers: { 'a/tool': entry } });

    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) {
      expect(problem).toMatchObject({ pointer: '/servers/a~1tool', line: 4, severity: 'warning' });
      expect(problem.message).toMatch(/^converts to a server\.json in which "\//);
    }
  });

  it('keeps remarks of the official registry as info, whatever the strictness', () => {
    const document = { ...GOOD, $schema: SCHEMA.replace('2025-12-11', '2025-10-17') };

    const severities = [false, true].map((strict) =>
      check(document, { strict }).problems.map(({ severity }) => severity),
    );

    expect(severities).toEqual([['info'], ['info']]);
  });

  it('asks the official registry about servers only', () => {
    const skill = { namespace: 'io.example', name: 'skill', version: '1.0.0', description: LONG };

    expect(check({ data: { skills: [skill] } })).toEqual({ documents: 1, problems: [] });
  });

  it('reports text that is no JSON at its place', () => {
    expect(check('{\n  "servers": [}')).toMatchObject({
      documents: 0,
      problems: [{ severity: 'error', pointer: '', line: 2, column: 15 }],
    });
  });

  it('reports data in another format than the configured one', () => {
    const { problems } = check(GOOD, { format: 'toolhive' });

    expect(problems).toMatchObject([{ severity: 'error', pointer: '', line: 1, column: 1 }]);
  });

  it('counts a repeated document, and reports it where it is', () => {
    const { documents, problems } = check([GOOD, GOOD]);

    expect(documents).toBe(2);
    expect(problems).toMatchObject([{ severity: 'error', pointer: '/1', line: 8 }]);
  });

  it('attributes problems to the right document however kept and refused ones mix', () => {
    const item = fc.constantFrom('good', 'wordy', 'refused');
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (kinds) => {
        const list = kinds.map((kind, index) => ({
          ...GOOD,
          name: `io.example/s${index}`,
          ...(kind === 'wordy' && { description: LONG }),
          ...(kind === 'refused' && { version: 7 }),
        }));
        const text = JSON.stringify(list, null, 1);

        const { documents, problems } = check(text);

        expect(documents).toBe(kinds.length);
        expect(problems.map(({ pointer, severity }) => [severity, pointer])).toEqual(
          kinds.flatMap((kind, index) => {
            if (kind === 'good') return [];
            return kind === 'wordy'
              ? [['warning', `/${index}/description`]]
              : [['error', `/${index}/version`]];
          }),
        );
        for (const { pointer, line, column } of problems) {
          expect({ line, column }).toEqual(positionAt(text, locate(text, pointer)?.start ?? -1));
        }
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(check(text).problems).toBeInstanceOf(Array);
      }),
    );
  });
});
