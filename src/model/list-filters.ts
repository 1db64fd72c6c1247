import { z } from 'zod';
import { ENTRY_STATUSES } from './entry.js';

/** Orders in which a list can be read. `name` is by name, then version; the others have those as tie-breakers. */
export const LIST_SORTS = ['name', 'updated', 'relevance'] as const;
export type ListSort = (typeof LIST_SORTS)[number];

/** Longest filter text, in UTF-16 units. */
export const MAX_FILTER_LENGTH = 256;

const text = z.string().min(1).max(MAX_FILTER_LENGTH);

/** Also read back from cursors, which anybody can write, so it is strict about every member. */
export const listFilters = z.strictObject({
  /** Words that must all be found. */
  search: text.exactOptional(),
  /** Milliseconds since 1970: only what changed strictly later. Implies `includeDeleted`. */
  updatedSince: z.int().exactOptional(),
  /** `latest`, or one exact version. */
  version: text.exactOptional(),
  includeDeleted: z.boolean().exactOptional(),
  tag: text.exactOptional(),
  registryType: text.exactOptional(),
  transport: text.exactOptional(),
  /** Name of a source. Applies after precedence. */
  source: text.exactOptional(),
  /** Any of these; `deleted` among them implies `includeDeleted`. */
  status: z.array(z.enum(ENTRY_STATUSES)).min(1).max(ENTRY_STATUSES.length).exactOptional(),
});

/** What a list is narrowed to; every filter that is present must hold. */
export type ListFilters = Readonly<z.infer<typeof listFilters>>;
