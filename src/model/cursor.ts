import { z } from 'zod';
import { invalidCursor, MAX_CURSOR_LENGTH, readCursorText, writeCursorText } from './cursor-text.js';
import { LIST_SORTS, listFilters, type ListFilters, type ListSort } from './list-filters.js';

/** The first item of every cursor; a different number is a layout that this program does not know. */
const FORMAT = 1;

const position = z.strictObject({
  name: z.string().max(MAX_CURSOR_LENGTH),
  version: z.string().max(MAX_CURSOR_LENGTH),
  /** Milliseconds since 1970, which order versions that are not semantic ones. */
  publishedAt: z.int().exactOptional(),
  /** Milliseconds since 1970; present in the `updated` order. */
  updatedAt: z.int().exactOptional(),
  /** Present in the `relevance` order. */
  score: z.int().exactOptional(),
});

/** The last version that a page showed; the next page starts behind it, whether or not it is still there. */
export type CursorPosition = Readonly<z.infer<typeof position>>;

/** All that a cursor carries: neither page size nor what the caller may see. */
export interface CursorState {
  readonly sort: ListSort;
  readonly filters: ListFilters;
  readonly after: CursorPosition;
}

const cursorItems = z
  .tuple([z.literal(FORMAT), z.enum(LIST_SORTS), listFilters, position])
  .refine(([, sort, , after]) => sort !== 'updated' || after.updatedAt !== undefined)
  .refine(([, sort, , after]) => sort !== 'relevance' || after.score !== undefined);

/** The members that any part of a cursor has, in the order in which they are written. */
const MEMBER_ORDER = [...Object.keys(listFilters.shape), ...Object.keys(position.shape)];

/** The text of a cursor, made of `[A-Za-z0-9_-]` only because clients append it to URLs as it is. */
export function encodeCursor(state: CursorState): string {
  // The list of members fixes their order, so the same state always has the same text.
  return writeCursorText(JSON.stringify([FORMAT, state.sort, state.filters, state.after], MEMBER_ORDER));
}

/** Reads a cursor. Throws `invalid-cursor` for every text that `encodeCursor` does not write. */
export function decodeCursor(text: string): CursorState {
  const result = cursorItems.safeParse(readCursorText(text));
  if (!result.success) throw invalidCursor();
  const [, sort, filters, after] = result.data;
  const state = { sort, filters, after };
  // One text for each state: what only resembles a cursor (stray bits, other spellings) is none.
  if (encodeCursor(state) !== text) throw invalidCursor();
  return state;
}
