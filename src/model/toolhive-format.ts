/**
 * Words of ToolHive's own registry format (`format: toolhive`), where servers are members of two objects, and of
 * its extension object inside a standard `server.json`.
 */
import type { EntryStatus } from './entry.js';
import { kindAt } from '../common/json-text.js';
import { RawMembers } from './toolhive-members.js';

/** The two objects of a ToolHive registry file: servers run from an image, and servers reached by URL. */
export type ToolHiveSection = 'servers' | 'remote_servers';

/** One server of a ToolHive registry file; `text` is its compact JSON. */
export interface ToolHiveEntry {
  readonly section: ToolHiveSection;
  readonly text: string;
}

/** Member of a document's `_meta` that holds what its publisher adds (MCP registry, generic server.json). */
export const PUBLISHER_META = 'io.modelcontextprotocol.registry/publisher-provided';

/** ToolHive's namespace: in the publisher's extensions, and in front of the names of its servers. */
export const TOOLHIVE_NAMESPACE = 'io.github.stacklok';

/** Why an entry cannot become a `server.json` that clients read: every reason, with pointers from the entry on. */
export class ToolHiveConversionError extends Error {
  constructor(readonly problems: readonly { readonly pointer: string; readonly reason: string }[]) {
    super(
      problems.map(({ pointer, reason }) => (pointer === '' ? reason : `${pointer}: ${reason}`)).join('; '),
    );
    this.name = 'ToolHiveConversionError';
  }
}

/** The transport of an entry as JSON text; absent and empty mean the default of its section. */
export function transportOf(section: ToolHiveSection, entry: RawMembers): string {
  return entry.string('transport') ?? (section === 'servers' ? '"stdio"' : '"sse"');
}

/**
 * What an entry's (or extension object's) `status` means here, in any letter case. Whatever ToolHive has beyond
 * the registry's own statuses (`Beta`, `Alpha`) is in use, hence active.
 */
export function toolHiveStatus(entryText: string): EntryStatus {
  if (kindAt(entryText, 0) !== 'object') return 'active';
  const status = new RawMembers(entryText).decoded('status')?.toLowerCase();
  return status === 'deprecated' || status === 'deleted' ? status : 'active';
}
