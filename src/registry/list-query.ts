import { z } from 'zod';
import {
  queryParameter,
  readBoolean,
  readClampedInteger,
  readInstant,
  textParameter,
} from '../http/query-parameter.js';
import { decodeCursor, type CursorPosition } from '../model/cursor.js';
import { MAX_CURSOR_LENGTH } from '../model/cursor-text.js';
import { ENTRY_STATUSES, type EntryStatus } from '../model/entry.js';
import { LIST_SORTS, MAX_FILTER_LENGTH, type ListFilters, type ListSort } from '../model/list-filters.js';

/** Entries of a page: without `limit`, and at most. */
export const DEFAULT_LIMIT = 30;
export const MAX_LIMIT = 1000;

/** Bytes of all filters together, as JSON; with the longest name and version they still fit into a cursor. */
const MAX_FILTER_BYTES = 1600;

const includeDeleted = queryParameter(
  'include_deleted',
  {
    type: 'boolean',
    description: 'Also shows deleted versions. Implied by `updated_since` and by `deleted` in `status`.',
  },
  'must be true or false',
  readBoolean,
);

const listParameters = z.object({
  limit: queryParameter(
    'limit',
    {
      type: 'integer',
      minimum: 1,
      maximum: MAX_LIMIT,
      description: `Entries of a page; ${DEFAULT_LIMIT} without it. Integers outside 1 to ${MAX_LIMIT} count as the nearest.`,
      example: 50,
    },
    'must be an integer',
    (text) => readClampedInteger(text, 1, MAX_LIMIT),
  ),
  cursor: textParameter(
    'cursor',
    {
      description:
        '`metadata.nextCursor` of the page before. It carries the filters and the order of the first page, ' +
        'which win over those given again.',
    },
    MAX_CURSOR_LENGTH,
  ),
  search: queryParameter(
    'search',
    {
      type: 'string',
      maxLength: MAX_FILTER_LENGTH,
      description:
        'Words that must all be part of the name, title, description, tags or tool names, in any letter case. ' +
        'When nothing at all matches, words that occur nowhere are taken for those that are one typing error away.',
      example: 'github issues',
    },
    `must not be longer than ${MAX_FILTER_LENGTH} characters`,
    (text) => (text.trim().length <= MAX_FILTER_LENGTH ? text.trim() : undefined),
  ),
  updated_since: queryParameter(
    'updated_since',
    {
      type: 'string',
      format: 'date-time',
      description: 'Only versions that changed strictly later (RFC 3339), deleted ones included.',
      example: '2025-08-07T13:15:04.280Z',
    },
    'must be RFC3339 format (e.g., 2025-08-07T13:15:04.280Z)',
    readInstant,
  ),
  version: textParameter('version', {
    description: '`latest` for the latest version of each entry, or one exact version.',
    example: 'latest',
  }),
  include_deleted: includeDeleted,
  sort: queryParameter(
    'sort',
    {
      type: 'string',
      enum: LIST_SORTS,
      description:
        'Order of the list: by name and version (without it), latest change first, or best match first.',
    },
    `must be one of ${LIST_SORTS.join(', ')}`,
    (text) => LIST_SORTS.find((sort) => sort === text),
  ),
  tag: textParameter('tag', { description: 'Only entries with this tag.', example: 'database' }),
  registry_type: textParameter('registry_type', {
    description: 'Only entries with a package of this kind of package registry.',
    example: 'oci',
  }),
  transport: textParameter('transport', {
    description: 'Only servers that can be reached over this transport.',
    example: 'streamable-http',
  }),
  source: textParameter('source', { description: 'Only entries that come from this source.' }),
  status: queryParameter(
    'status',
    {
      type: 'string',
      description: `Only versions of these statuses: a comma-separated list of ${ENTRY_STATUSES.join(', ')}.`,
      example: 'active,deprecated',
    },
    `must be a comma-separated list of ${ENTRY_STATUSES.join(', ')}`,
    readStatuses,
  ),
});

/** Query parameters of a list of servers. Unknown ones are ignored; every problem is reported at its parameter. */
export const ListQuery = listParameters.transform((query, context): ListRequest => {
  const filters = filtersOf(query);
  if (Buffer.byteLength(JSON.stringify(filters)) > MAX_FILTER_BYTES) {
    const message = `Invalid parameters: all filters together must not be longer than ${MAX_FILTER_BYTES} bytes`;
    context.addIssue({ code: 'custom', message });
  }
  return {
    limit: query.limit ?? DEFAULT_LIMIT,
    ...(query.cursor !== undefined && { cursor: query.cursor }),
    ...(query.sort !== undefined && { sort: query.sort }),
    filters,
  };
});

/** Query parameters of the routes that show one entry. */
export const DetailQuery = z
  .object({ include_deleted: includeDeleted })
  .transform((query): DetailRequest => ({ includeDeleted: query.include_deleted ?? false }));

/** What a caller asks of a list. The cursor is still unread. */
export interface ListRequest {
  /** 1 to 1,000. */
  readonly limit: number;
  readonly cursor?: string;
  readonly sort?: ListSort;
  readonly filters: ListFilters;
}

/** What a caller asks of a route that shows one entry. */
export interface DetailRequest {
  readonly includeDeleted: boolean;
}

/** A request whose cursor, if any, was read: the page to build. */
export interface ListPlan {
  readonly limit: number;
  readonly sort: ListSort;
  readonly filters: ListFilters;
  /** Absent on the first page. */
  readonly after?: CursorPosition;
}

/** Reads the cursor, whose order and filters win over the parameters. Throws `invalid-cursor`. */
export function resolveListRequest(request: ListRequest): ListPlan {
  const { limit, cursor, sort = 'name', filters } = request;
  return cursor === undefined ? { limit, sort, filters } : { limit, ...decodeCursor(cursor) };
}

/** Only what narrows the list becomes a member, so that the same list always has the same cursor. */
function filtersOf(query: z.output<typeof listParameters>): ListFilters {
  const { search, updated_since: updatedSince, status = [] } = query;
  const includeDeleted = query.include_deleted ?? false;
  return {
    ...(search && { search }),
    ...(updatedSince !== undefined && { updatedSince }),
    ...(query.version !== undefined && { version: query.version }),
    ...((includeDeleted || updatedSince !== undefined || status.includes('deleted')) && {
      includeDeleted: true,
    }),
    ...(query.tag !== undefined && { tag: query.tag }),
    ...(query.registry_type !== undefined && { registryType: query.registry_type }),
    ...(query.transport !== undefined && { transport: query.transport }),
    ...(query.source !== undefined && { source: query.source }),
    ...(status.length > 0 && { status }),
  };
}

/** In the order of the known statuses and without repeats; undefined when a word is none of them. */
function readStatuses(text: string): EntryStatus[] | undefined {
  const words = text
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
  const statuses = ENTRY_STATUSES.filter((status) => words.includes(status));
  return words.every((word) => ENTRY_STATUSES.some((status) => status === word)) ? statuses : undefined;
}
