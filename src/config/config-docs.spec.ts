import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderConfigJsonSchema, renderConfigPage } from './config-docs.js';
import { OPERATOR_EXAMPLE, SINGLE_EXAMPLE, SOURCES_EXAMPLE } from './config-page.js';
import { parseForm } from './config-parse.js';
import { UNSUPPORTED_FEATURES } from './config-support.js';

describe('renderConfigJsonSchema', () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(
    JSON.parse(renderConfigJsonSchema()) as object,
  );

  it.each([SINGLE_EXAMPLE, SOURCES_EXAMPLE, OPERATOR_EXAMPLE])(
    'accepts an example of the page',
    (example) => {
      expect(validate(parse(example))).toBe(true);
    },
  );

  it('refuses unknown keys and wrong types, and allows a managed source without a value', () => {
    const registries = [{ name: 'a', sources: ['a'] }];

    expect(validate({ sources: [{ name: 'a', managed: null }], registries })).toBe(true);
    expect(validate({ sources: [{ name: 'a', managed: {}, colour: 1 }], registries })).toBe(false);
    expect(validate({ sources: [{ name: 'a', file: { path: 5 } }], registries })).toBe(false);
  });
});

describe('renderConfigPage', () => {
  const page = renderConfigPage();

  it('has a row with type, default, meaning and variable', () => {
    expect(page).toContain(
      '| `shutdownGrace` | duration | `30s` | Time for open requests when the server stops. | `THV_REGISTRY_SERVER_SHUTDOWNGRACE` |',
    );
    expect(page).toContain('| `oauth.providers[].issuerUrl` | text |');
  });

  it('describes every key that it lists', () => {
    const rows = page.split('\n').filter((line) => /^\| `[^`]+` \|/.test(line));

    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((line) => / \| {2}\| [^|]*\|$/.test(line.replace(/\| \*required\* /, '')))).toEqual(
      [],
    );
  });

  it('lists what is refused', () => {
    for (const { key } of UNSUPPORTED_FEATURES) expect(page).toContain(`| \`${key}\` |`);
  });

  it('shows examples that the schema of their form accepts', () => {
    const forms = { single: SINGLE_EXAMPLE, sources: SOURCES_EXAMPLE, operator: OPERATOR_EXAMPLE };
    for (const form of ['single', 'sources', 'operator'] as const) {
      expect(parseForm(form, parse(forms[form]))).toMatchObject({ problems: [], unknownKeys: [] });
    }
  });
});
