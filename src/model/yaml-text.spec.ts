import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { isYamlName, isYamlType, jsonTextOf, MAX_YAML_LENGTH, yamlToJson } from './yaml-text.js';

const compact = (json: string | undefined) => json?.replaceAll('\n', '');

describe('yamlToJson', () => {
  it.each([
    ['a: text', '{"a":"text"}'],
    ['- a\n- "b"', '["a","b"]'],
    ['a: {b: [1, true, null, ~, ]}', '{"a":{"b":[1,true,null,null]}}'],
    ['a:\n  - b: 1\n    c: 2', '{"a":[{"b":1,"c":2}]}'],
    ['a: |\n  two\n  lines\n', '{"a":"two\\nlines\\n"}'],
    ['a: 1.10', '{"a":1.10}'],
    ['a: 12345678901234567890', '{"a":12345678901234567890}'],
    ['a: 1e3', '{"a":1e3}'],
    ['a: 0x1F', '{"a":31}'],
    ['a: .5', '{"a":0.5}'],
    ['a: 1.2.3', '{"a":"1.2.3"}'],
    ['a: "1.0"', '{"a":"1.0"}'],
    ['a: 2026-01-02T03:04:05Z', '{"a":"2026-01-02T03:04:05Z"}'],
    ['a: yes\nb: NO', '{"a":"yes","b":"NO"}'],
    ['8080: a\ntrue: b', '{"8080":"a","true":"b"}'],
    ['a:', '{"a":null}'],
    ['__proto__: 1\nconstructor: 2', '{"__proto__":1,"constructor":2}'],
    ['2: b\n1: a', '{"2":"b","1":"a"}'],
    ['\uFEFF# comment\n---\na: 1\n...\n', '{"a":1}'],
  ])('%j becomes %s', (yaml, json) => {
    expect(compact(yamlToJson(yaml))).toBe(json);
  });

  it('repeats what aliases stand for, the nearest one above', () => {
    expect(compact(yamlToJson('- &a 1\n- *a\n- &a 2\n- *a'))).toBe('[1,1,2,2]');
  });

  it.each([
    ['a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}', '{"a":{"x":1,"y":2},"b":{"x":1,"y":3}}'],
    ['b: {y: 3, <<: {y: 1, z: 2}}', '{"b":{"y":3,"z":2}}'],
    ['b: {<<: [{x: 1}, {x: 2, z: 3}]}', '{"b":{"x":1,"z":3}}'],
    ['b: {"<<": 1}', '{"b":{"<<":1}}'],
  ])('merges %j', (yaml, json) => {
    expect(compact(yamlToJson(yaml))).toBe(json);
  });

  it('leaves everything on its line', () => {
    const yaml = '# top\n\nservers:\n  # one\n  - name: a\n\n    version: "1"\n  - name: |\n      b\n';

    const lines = yamlToJson(yaml)?.split('\n') ?? [];

    expect(lines.findIndex((line) => line.includes('"servers"'))).toBe(2);
    expect(lines.findIndex((line) => line.includes('"a"'))).toBe(4);
    expect(lines.findIndex((line) => line.includes('"1"'))).toBe(6);
    expect(lines.findIndex((line) => line.includes('b\\n'))).toBe(7);
  });

  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true }),
        (value) => {
          const merged = '<<' in value || JSON.stringify(value).includes('"<<":');
          fc.pre(!merged);

          expect(JSON.parse(yamlToJson(stringify(value, { aliasDuplicateObjects: false })) ?? '')).toEqual(
            JSON.parse(JSON.stringify(value)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['just words', '<html><body>', '"text"', '42', '# nothing'])(
    '%j is neither map nor list',
    (text) => {
      expect(yamlToJson(text)).toBeUndefined();
    },
  );

  it.each([
    ['a: 1\nb: [', /line 2, column/],
    ['a: 1\nb: 2\na: 3', /"a" is there twice at line 3, column 1/],
    ['a: 1\n---\nb: 2', /only one YAML document.*line 2/],
    ['a: *none', /none/],
    ['a:\n  - .inf', /JSON has no such value at line 2, column 5/],
    ['a: .nan', /JSON has no such value/],
    ['? {a: 1}\n: b', /line 1/],
    ['a: {<<: 1}', /only maps can be merged/],
    ['- &a [*a]', /contains itself/],
    ['a: &a {<<: *a}', /contains itself/],
    [`a: ${'['.repeat(100_000)}`, /nested too deeply/],
    ['{a: '.repeat(100_000), /nested too deeply/],
    ['- '.repeat(100_000), /nested too deeply/],
  ])('refuses %.20j', (yaml, message) => {
    expect(() => yamlToJson(yaml)).toThrow(
      expect.objectContaining({ code: 'invalid-source-data', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['lists', '[x,x,x,x,x,x,x,x,x]', (alias: string) => `[${Array(9).fill(alias).join(',')}]`],
    ['merged maps', '{x: 1}', (alias: string) => `{<<: [${Array(9).fill(alias).join(',')}]}`],
  ])('refuses a bomb of %s', (_what, first, next) => {
    const lines = Array.from({ length: 12 }, (__, level) => {
      return `a${level}: &a${level} ${level === 0 ? first : next(`*a${level - 1}`)}`;
    });

    expect(() => yamlToJson(lines.join('\n'))).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });

  it('refuses texts that repeat too much, and too long ones', () => {
    const long = `a: &a "${'x'.repeat(1_000_000)}"\nb: [${Array(100).fill('*a').join(', ')}]`;

    expect(() => yamlToJson(long)).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
    expect(() => yamlToJson('#'.repeat(MAX_YAML_LENGTH + 1))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded' }),
    );
  });
});

describe('jsonTextOf', () => {
  it.each(['{"a": 1.0}', ' [1]', '\uFEFF{"servers":[]}', '{"broken":', '', ' \n', 'words', '<html>'])(
    'leaves %j as it is',
    (text) => {
      expect(jsonTextOf(text, false)).toBe(text);
    },
  );

  it('reads YAML that does not look like JSON, whatever its name', () => {
    expect(compact(jsonTextOf('servers: []', false))).toBe('{"servers":[]}');
    expect(compact(jsonTextOf('\uFEFF- 1', false))).toBe('[1]');
  });

  it('reads YAML that looks like JSON only when it is promised, and JSON as JSON even then', () => {
    expect(jsonTextOf('{servers: []}', false)).toBe('{servers: []}');
    expect(jsonTextOf('{servers: []}', true)).toBe('{"servers":[]}');
    expect(jsonTextOf('{"a": 1.0 }', true)).toBe('{"a": 1.0 }');
  });

  it('does not limit JSON', () => {
    const text = `["${'x'.repeat(MAX_YAML_LENGTH)}"]`;

    expect(jsonTextOf(text, true)).toBe(text);
  });
});

it('names and media types promise YAML', () => {
  expect(['a.yaml', 'b.YML', 'c.json', 'yaml'].map(isYamlName)).toEqual([true, true, false, false]);
  expect(
    ['application/yaml', 'text/x-yaml; charset=utf-8', 'application/json; x=yaml', null].map(isYamlType),
  ).toEqual([true, true, false, false]);
});
