/** Checks the text of one registry file: what sync would refuse, and what only the official registry does. */
import { isDomainError, type DomainError } from '../common/domain-error.js';
import { locate } from '../common/json-pointer.js';
import { checkJson, JsonSyntaxError } from '../common/json-syntax.js';
import type { JsonSpan } from '../common/json-text.js';
import { storableText } from '../model/bounded-text.js';
import type { RegistryContent, RegistryFormat } from '../model/entry.js';
import { openEnvelope } from '../model/envelope.js';
import { checkOfficial } from '../model/official-document.js';
import { readRegistry } from '../model/registry-reader.js';
import { readShape, type RegistryItem } from '../model/registry-shape.js';
import { LinePositions } from './line-positions.js';
import type { FileReport, Severity, ValidationProblem } from './validation-report.js';

/** How strictly a file is judged. */
export interface RegistryCheck {
  /** The format that the configuration demands; else it is detected. */
  readonly format?: RegistryFormat;
  /** Makes errors what only the official registry refuses. */
  readonly strict: boolean;
}

/** Every problem of a registry file at once, in the order of the file. Never throws, whatever the text is. */
export function checkRegistry(source: string, check: RegistryCheck): Omit<FileReport, 'file'> {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  let content: RegistryContent;
  try {
    content = readRegistry(text, check.format === undefined ? {} : { format: check.format });
  } catch (error) {
    if (!isDomainError(error, 'invalid-source-data')) throw error;
    return { documents: 0, problems: [wholeFileProblem(error)] };
  }
  return new DocumentChecks(text, content, check).run();
}

/** Goes through a readable file's documents side by side with what reading them gave. */
class DocumentChecks {
  private readonly items: readonly RegistryItem[];
  private readonly positions: LinePositions;

  constructor(
    private readonly text: string,
    private readonly content: RegistryContent,
    private readonly check: RegistryCheck,
  ) {
    this.items = readShape(text, checkJson(text)).items;
    this.positions = new LinePositions(text);
  }

  /** Each item of the file was either kept or refused, both in the order of the file. */
  run(): Omit<FileReport, 'file'> {
    const refused = this.content.refused.values();
    const documents = this.content.documents.values();
    let refusal = refused.next().value;
    const problems = this.items.flatMap((item) => {
      if (refusal === undefined || refusal.pointer !== storableText(item.pointer)) {
        const kept = documents.next().value;
        return kept === undefined ? [] : this.official(item, kept.document);
      }
      const errors = refusal.problems.map(({ pointer, reason }) =>
        this.problem(item, 'error', pointer, reason),
      );
      refusal = refused.next().value;
      return [...errors, ...this.officialBesides(item, errors)];
    });
    return { documents: this.items.length, problems: problems.toSorted(byPlace) };
  }

  /** What the official registry would add to a refusal, so that nobody mends a document twice. */
  private officialBesides(item: RegistryItem, errors: readonly ValidationProblem[]): ValidationProblem[] {
    if (item.toolHive !== undefined || item.problem !== undefined) return [];
    const { start, end } = this.documentSpan(item);
    const told = new Set(errors.map(({ pointer }) => pointer));
    return this.official(item, this.text.slice(start, end)).filter(({ pointer }) => !told.has(pointer));
  }

  private official(item: RegistryItem, document: string): ValidationProblem[] {
    if (item.kind !== 'server') return [];
    const prefix = this.documentSpan(item) === item.span ? '' : '/server';
    return checkOfficial(JSON.parse(document)).map(({ severity, pointer, message, code }) => {
      const judged = severity === 'warning' ? 'info' : this.check.strict ? 'error' : 'warning';
      if (item.toolHive === undefined) return this.problem(item, judged, prefix + pointer, message, code);
      // The converted document has other places than the entry, so that a pointer into it would lead astray.
      const converted = `converts to a server.json in which "${pointer}": ${message}`;
      return this.problem(item, judged, '', converted, code);
    });
  }

  private documentSpan(item: RegistryItem): JsonSpan {
    const isBare = item.kind !== 'server' || item.toolHive !== undefined;
    return (isBare ? undefined : openEnvelope(this.text, item.span)?.server) ?? item.span;
  }

  private problem(
    item: RegistryItem,
    severity: Severity,
    pointer: string,
    message: string,
    code?: string,
  ): ValidationProblem {
    const { line, column } = this.positions.at(item.span.start + this.offsetIn(item, pointer));
    const place = { pointer: item.pointer + pointer, line, column };
    return { severity, ...place, ...(code !== undefined && { code }), message };
  }

  /** Where the value at `pointer` starts in the item; what is missing lies where the value around it does. */
  private offsetIn({ span }: RegistryItem, pointer: string): number {
    if (pointer === '') return 0;
    const text = this.text.slice(span.start, span.end);
    for (let known = pointer; known !== ''; known = known.slice(0, known.lastIndexOf('/'))) {
      const found = locate(text, known);
      if (found !== undefined) return found.start;
    }
    return 0;
  }
}

function byPlace(one: ValidationProblem, other: ValidationProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}

function wholeFileProblem(error: DomainError): ValidationProblem {
  const syntax = error.cause instanceof JsonSyntaxError ? error.cause : undefined;
  const { line, column } = syntax ?? { line: 1, column: 1 };
  return { severity: 'error', pointer: '', line, column, message: error.message };
}
