import { z } from 'zod';
import { invalidCursor, readCursorText, writeCursorText } from '../model/cursor-text.js';

/** The first item of every cursor; a different number is a layout that this program does not know. */
const FORMAT = 1;

/** Reads and writes the cursors of one list: where the last item of a page stands in its order. */
export class ListCursor<Position> {
  private readonly schema: z.ZodType<[number, string, Position]>;

  /** `list` tells the cursors of different lists apart. */
  constructor(
    private readonly list: string,
    position: z.ZodType<Position>,
  ) {
    this.schema = z.tuple([z.literal(FORMAT), z.literal(list), position]);
  }

  write(position: Position): string {
    return writeCursorText(JSON.stringify([FORMAT, this.list, position]));
  }

  /** The position behind which a page starts; undefined for the first page. Throws `invalid-cursor`. */
  read(text: string | undefined): Position | undefined {
    if (text === undefined) return undefined;
    const result = this.schema.safeParse(readCursorText(text));
    if (!result.success) throw invalidCursor();
    const [, , position] = result.data;
    // One text for each position: what only resembles a cursor is none.
    if (this.write(position) !== text) throw invalidCursor();
    return position;
  }
}
