/** Longest pattern, in characters (Unicode code points). */
export const MAX_GLOB_LENGTH = 256;
/** How many patterns without braces one pattern may stand for. */
export const MAX_GLOB_ALTERNATIVES = 64;

/** A pattern that can be matched, or what is wrong with it. */
export type ParsedGlob = { readonly matches: (text: string) => boolean } | { readonly problem: string };

type CharacterTest = (codePoint: number) => boolean;
const STAR = Symbol('any number of characters');
type Token = CharacterTest | typeof STAR;
/** A pattern without braces. */
type Sequence = readonly Token[];

/**
 * Reads a glob: `*` and `**` match any characters, `?` exactly one (`/` included in both), `[a-z]` one of a set,
 * `[!a]` or `[^a]` one outside it, `{a,b}` either (nesting is allowed), and a backslash takes the next character
 * literally. `}`, `]` and `,` that close or separate nothing are literal. A match covers the whole text and is
 * case-sensitive. It takes at most (pattern length × text length) steps for each alternative.
 */
export function parseGlob(pattern: string): ParsedGlob {
  if (pattern === '') return { problem: 'must not be empty' };
  const characters = Array.from(pattern);
  if (characters.length > MAX_GLOB_LENGTH) {
    return { problem: `must not be longer than ${MAX_GLOB_LENGTH} characters` };
  }
  try {
    const sequences = new GlobReader(characters).read();
    return { matches: (text) => sequences.some((sequence) => matchesSequence(sequence, text)) };
  } catch (error) {
    if (error instanceof GlobSyntaxError) return { problem: error.message };
    throw error;
  }
}

class GlobSyntaxError extends Error {}

/** Recursive descent over the characters, which expands braces while it reads. */
class GlobReader {
  private position = 0;

  constructor(private readonly characters: readonly string[]) {}

  read(): Sequence[] {
    return this.readSequences(false);
  }

  private readSequences(insideBraces: boolean): Sequence[] {
    let sequences: Sequence[] = [[]];
    for (let next = this.peek(); next !== undefined; next = this.peek()) {
      if (insideBraces && (next === ',' || next === '}')) break;
      sequences = concatenated(sequences, this.readItem());
    }
    return sequences;
  }

  private readItem(): Sequence[] {
    const character = this.take();
    if (character === '{') return this.readBraces();
    if (character === '[') return [[this.readSet()]];
    if (character === '*') return [[STAR]];
    if (character === '?') return [[() => true]];
    return [[exactly(this.literal(character))]];
  }

  private readBraces(): Sequence[] {
    const sequences: Sequence[] = [];
    let separator: string | undefined;
    do {
      sequences.push(...this.readSequences(true));
      separator = this.take('has a "{" without its "}"');
    } while (separator === ',');
    return sequences;
  }

  private readSet(): CharacterTest {
    const negated = this.peek() === '!' || this.peek() === '^';
    if (negated) this.take();
    const ranges: (readonly [from: number, to: number])[] = [];
    for (let next = this.takeOfSet(); next !== ']'; next = this.takeOfSet()) {
      ranges.push(this.readRange(this.literal(next)));
    }
    if (ranges.length === 0)
      throw new GlobSyntaxError('has an empty set "[]"; write "\\]" for a bracket in a set');
    return (codePoint) => ranges.some(([from, to]) => from <= codePoint && codePoint <= to) !== negated;
  }

  private readRange(from: number): readonly [from: number, to: number] {
    // A hyphen before the closing bracket stands for itself.
    if (this.peek() !== '-' || this.peek(1) === ']') return [from, from];
    this.take();
    const to = this.literal(this.takeOfSet());
    if (to < from) throw new GlobSyntaxError('has a set whose range runs backwards');
    return [from, to];
  }

  private takeOfSet(): string {
    return this.take('has a "[" without its "]"');
  }

  private literal(character: string): number {
    const meant = character === '\\' ? this.take('ends with a backslash that escapes nothing') : character;
    return codePointAt(meant, 0);
  }

  private peek(ahead = 0): string | undefined {
    return this.characters[this.position + ahead];
  }

  private take(problemAtEnd = 'ends too early'): string {
    const character = this.characters[this.position];
    if (character === undefined) throw new GlobSyntaxError(problemAtEnd);
    this.position += 1;
    return character;
  }
}

function exactly(expected: number): CharacterTest {
  return (codePoint) => codePoint === expected;
}

function concatenated(left: readonly Sequence[], right: readonly Sequence[]): Sequence[] {
  // The count never shrinks later, so stopping here refuses a bomb of braces before it is expanded.
  limitAlternatives(left.length * right.length);
  return left.flatMap((start) => right.map((end) => [...start, ...end]));
}

function limitAlternatives(count: number): void {
  if (count > MAX_GLOB_ALTERNATIVES) {
    throw new GlobSyntaxError(`stands for more than ${MAX_GLOB_ALTERNATIVES} alternatives`);
  }
}

/**
 * Greedy matching that returns only to the latest star: a star further back could not match more than that one
 * can, so the effort is a product of the two lengths, not a power.
 */
function matchesSequence(sequence: Sequence, text: string): boolean {
  let token = 0;
  let position = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (position < text.length) {
    const expected = sequence[token];
    if (expected === STAR) {
      token += 1;
      afterStar = token;
      starEnd = position;
      continue;
    }
    const codePoint = codePointAt(text, position);
    if (expected?.(codePoint) === true) {
      token += 1;
      position += widthOf(codePoint);
      continue;
    }
    if (afterStar === -1) return false;
    token = afterStar;
    starEnd += widthOf(codePointAt(text, starEnd));
    position = starEnd;
  }
  while (sequence[token] === STAR) token += 1;
  return token === sequence.length;
}

function codePointAt(text: string, position: number): number {
  // Callers stay inside the text.
  return text.codePointAt(position)!;
}

function widthOf(codePoint: number): 1 | 2 {
  return codePoint > 0xffff ? 2 : 1;
}
