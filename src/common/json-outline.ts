/** Containers inside one another of which an outline knows the ends: the way to a document in any kind of registry file. */
export const OUTLINE_DEPTH = 5;
/** Shorter values are not worth remembering, in UTF-16 units. */
const OUTLINE_LENGTH = 256;

/** Where a value lies in a text, as it was found while the text was checked. */
interface OutlinedValue {
  readonly end: number;
  readonly isDense: boolean;
}

/** The long values of a text that are not far inside, so that nobody has to go through them again to find their ends. */
export class JsonOutline {
  private readonly values = new Map<number, OutlinedValue>();

  /** The container that starts at `offset`, when it is known; `isDense`: no insignificant white space is in it. */
  at(offset: number): OutlinedValue | undefined {
    return this.values.get(offset);
  }

  /** Takes in a container that has just ended. */
  add(start: number, value: OutlinedValue): void {
    if (value.end - start >= OUTLINE_LENGTH) this.values.set(start, value);
  }
}
