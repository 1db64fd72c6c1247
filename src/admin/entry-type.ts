import type { EntryKind } from '../model/entry.js';

/** What the administration calls the kinds of entries. */
export const ENTRY_TYPES = ['MCP', 'SKILL', 'PLUGIN'] as const;

const TYPES = { server: 'MCP', skill: 'SKILL', plugin: 'PLUGIN' } as const satisfies Record<
  EntryKind,
  (typeof ENTRY_TYPES)[number]
>;

/** The name of a kind in the administration. */
export function entryType(kind: EntryKind): (typeof ENTRY_TYPES)[number] {
  return TYPES[kind];
}
