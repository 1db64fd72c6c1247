import type { SchemaState } from '../database/schema-migration.js';
import type { OutputFormat } from './output-format.js';

/** The state of a schema, as a table or as one JSON object. */
export function migrationsText(state: SchemaState, format: OutputFormat): string {
  if (format === 'json') return `${JSON.stringify(state)}\n`;
  const rows = [
    ...state.applied.map((name) => ['applied', name] as const),
    ...state.unknown.map((name) => ['newer than this program', name] as const),
    ...state.pending.map((name) => ['pending', name] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([status, name]) => `${status.padEnd(width)}  ${name}\n`).join('');
}
