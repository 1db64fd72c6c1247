import { z } from 'zod';
import { variableOf } from './config-environment.js';
import { configKeys, type ConfigKey } from './config-keys.js';
import { PAGE_END, PAGE_SECTIONS, PAGE_START, type PageSection } from './config-page.js';
import { configFileSchema } from './config.schema.js';
import { UNSUPPORTED_FEATURES } from './config-support.js';

/** The JSON Schema (draft 2020-12) of the configuration file in every form, as the text of its file. */
export function renderConfigJsonSchema(): string {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The page about the configuration in Markdown, as the text of its file. */
export function renderConfigPage(): string {
  const refused = UNSUPPORTED_FEATURES.map(({ key, message }) => `| \`${key}\` | ${cell(message)} |`);
  const unsupported =
    refused.length === 0
      ? []
      : [
          '## Not supported yet',
          'The server refuses to start with these.',
          table(['Key', 'Reason'], refused),
        ];
  return `${[PAGE_START, ...PAGE_SECTIONS.map(renderSection), ...unsupported, PAGE_END].join('\n\n')}\n`;
}

function renderSection(section: PageSection): string {
  const { form, below, shallow } = section;
  const keys = configKeys(form)
    .filter(({ path }) => path.length > below.length && below.every((step, index) => path[index] === step))
    .filter((key) => (shallow === true ? key.path.length === below.length + 1 : key.kind !== 'block'));
  const rows = keys.map((key) => row(key, below.length));
  const parts = [`## ${section.title}`, section.text];
  if (rows.length > 0) parts.push(table(['Key', 'Type', 'Default', 'Meaning', 'Variable'], rows));
  return parts.join('\n\n');
}

function row(key: ConfigKey, depth: number): string {
  const name = key.path.slice(depth).join('.').replaceAll('.*', '[]');
  const variable = variableOf(key);
  const cells = [
    `\`${name}\``,
    key.type,
    defaultText(key),
    key.description,
    variable === undefined ? '' : `\`${variable}\``,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function defaultText(key: ConfigKey): string {
  if (key.required) return '*required*';
  if (key.default === undefined || key.kind === 'block') return '';
  return `\`${typeof key.default === 'string' ? key.default : JSON.stringify(key.default)}\``;
}

function table(titles: readonly string[], rows: readonly string[]): string {
  return [`| ${titles.join(' | ')} |`, `|${titles.map(() => ' --- |').join('')}`, ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
