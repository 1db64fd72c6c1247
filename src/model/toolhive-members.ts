import { type JsonKind, kindAt, readArray, readObject } from '../common/json-text.js';

/** Called with each member that has the wrong type; pointers start at the outermost object. */
export type ReportProblem = (pointer: string, reason: string) => void;

const WANTED: Record<JsonKind, string> = {
  object: 'must be an object',
  array: 'must be an array',
  string: 'must be a string',
  number: 'must be a number',
  boolean: 'must be true or false',
  null: 'must be null',
};

/**
 * The members of one compact JSON object, read by type as raw text so that copies keep every token. Like the Go
 * programs that share the format, it takes `null` for absent. A member of the wrong type is reported and then
 * treated as absent; who reads data that is already accepted reports nowhere.
 */
export class RawMembers {
  private readonly texts: ReadonlyMap<string, string>;

  constructor(
    text: string,
    private readonly report: ReportProblem = () => undefined,
    private readonly pointer = '',
  ) {
    this.texts = readObject(text);
  }

  /** The member as raw text, when it is of that kind. */
  raw(key: string, kind: JsonKind): string | undefined {
    const text = this.texts.get(key);
    if (text === undefined || text === 'null') return undefined;
    if (kindAt(text, 0) === kind) return text;
    this.problem(key, WANTED[kind]);
    return undefined;
  }

  /** A string that is not empty. */
  string(key: string): string | undefined {
    const text = this.raw(key, 'string');
    return text === '""' ? undefined : text;
  }

  /** The same, decoded. */
  decoded(key: string): string | undefined {
    const text = this.string(key);
    return text === undefined ? undefined : (JSON.parse(text) as string);
  }

  /** A string that has to be there and to hold more than white space; reported otherwise, and then empty. */
  needed(key: string): string {
    const text = this.raw(key, 'string');
    if (text !== undefined && (JSON.parse(text) as string).trim() !== '') return text;
    if (text !== undefined) this.problem(key, 'must not be empty');
    else if ((this.texts.get(key) ?? 'null') === 'null') this.problem(key, 'is required');
    return '""';
  }

  /** `true`, or undefined: false is the default everywhere in the format. */
  flag(key: string): string | undefined {
    const text = this.raw(key, 'boolean');
    return text === 'true' ? text : undefined;
  }

  /** An integer other than 0, which means absent. */
  integer(key: string): string | undefined {
    const text = this.raw(key, 'number');
    if (text === undefined || Number(text) === 0) return undefined;
    if (Number.isInteger(Number(text))) return text;
    this.problem(key, 'must be an integer');
    return undefined;
  }

  /** An array of strings with at least one item. */
  strings(key: string): string | undefined {
    return this.arrayOf(key, 'string');
  }

  /** An array of objects with at least one item. */
  objectArray(key: string): string | undefined {
    return this.arrayOf(key, 'object');
  }

  /** The objects of an array. */
  objects(key: string): RawMembers[] {
    const text = this.objectArray(key);
    if (text === undefined) return [];
    return readArray(text).map(
      (item, index) => new RawMembers(item, this.report, `${this.pointer}/${key}/${index}`),
    );
  }

  /** The members of an object. */
  object(key: string): RawMembers | undefined {
    const text = this.raw(key, 'object');
    return text === undefined ? undefined : new RawMembers(text, this.report, `${this.pointer}/${key}`);
  }

  /** All members as raw texts, in order. */
  entries(): Iterable<[string, string]> {
    return this.texts.entries();
  }

  /** Reports what is wrong with a member. */
  problem(key: string, reason: string): void {
    this.report(`${this.pointer}/${key}`, reason);
  }

  private arrayOf(key: string, kind: JsonKind): string | undefined {
    const text = this.raw(key, 'array');
    if (text === undefined) return undefined;
    const items = readArray(text);
    const wrong = items.flatMap((item, index) => (kindAt(item, 0) === kind ? [] : [index]));
    for (const index of wrong) this.problem(`${key}/${index}`, WANTED[kind]);
    return items.length === 0 || wrong.length > 0 ? undefined : text;
  }
}
