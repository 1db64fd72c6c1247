import { escapeSegment } from '../common/json-pointer.js';

/** One thing that the official registry would say about a server.json document. */
export interface OfficialFinding {
  /** RFC 6901 JSON pointer in the document, `""` for the root; a missing member is named by where it belongs. */
  readonly pointer: string;
  /** The official registry's own code where it has one; else `schema`, `unexpected-property` or a code of ours. */
  readonly code: string;
  /** One plain sentence: what is wrong and what to write instead. */
  readonly message: string;
  /** Only errors make a document invalid. */
  readonly severity: 'error' | 'warning';
}

/**
 * A value inside a document that nobody has checked yet. Members of another type than asked for read as absent,
 * as do `null` and inherited members, so that rules go on beside faults of shape, which are reported elsewhere.
 */
export class DocumentPart {
  constructor(
    private readonly value: unknown,
    readonly pointer = '',
  ) {}

  /** A string member; undefined when it is absent or empty, which the official registry does not tell apart. */
  text(key: string): string | undefined {
    const value = this.member(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** True when the member is absent, `null` or empty; false when it is merely of a wrong type. */
  lacks(key: string): boolean {
    return [undefined, null, ''].includes(this.member(key) as string | null | undefined);
  }

  /** A member as a part of its own, possibly of nothing. */
  part(key: string): DocumentPart {
    return new DocumentPart(this.member(key), this.pointerTo(key));
  }

  /** The objects among the items of an array member. */
  parts(key: string): DocumentPart[] {
    const value = this.member(key);
    if (!Array.isArray(value)) return [];
    return value.flatMap((item: unknown, index) =>
      isObject(item) ? [new DocumentPart(item, `${this.pointerTo(key)}/${index}`)] : [],
    );
  }

  /** Names of this object's own members. */
  names(): string[] {
    return isObject(this.value) ? Object.keys(this.value) : [];
  }

  /** The strings among the items, when this is an array. */
  texts(): { readonly text: string; readonly pointer: string }[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.flatMap((text: unknown, index) =>
      typeof text === 'string' ? [{ text, pointer: `${this.pointer}/${index}` }] : [],
    );
  }

  /** The unchecked value itself. */
  raw(): unknown {
    return this.value;
  }

  /** An error at one member of this part. */
  error(key: string, code: string, message: string): OfficialFinding {
    return { pointer: this.pointerTo(key), code, message, severity: 'error' };
  }

  /** A warning at one member of this part. */
  warning(key: string, code: string, message: string): OfficialFinding {
    return { ...this.error(key, code, message), severity: 'warning' };
  }

  private member(key: string): unknown {
    return isObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
  }

  private pointerTo(key: string): string {
    return `${this.pointer}/${escapeSegment(key)}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
