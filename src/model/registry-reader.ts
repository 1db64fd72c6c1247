import { DomainError } from '../common/domain-error.js';
import { JsonSyntaxError, outlineJson } from '../common/json-syntax.js';
import { storableText } from './bounded-text.js';
import { type DocumentReading, type FindStored, readItem, type ReadingAids } from './document-reader.js';
import type {
  RefusedDocument,
  RegistryContent,
  RegistryFormat,
  VersionDocument,
  VersionRef,
} from './entry.js';
import { readShape, type RegistryItem } from './registry-shape.js';
import { readToolHiveEntry } from './toolhive-entry-reader.js';

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Reads one file or response of a source, whatever its shape: a ToolHive registry, an upstream registry file, a
 * list response, an array of documents or a single one. Every document in it is either kept, token by token, or
 * refused with its place and reasons; of two with the same kind, name and version the first stays.
 * Problems' pointers start at the item, hence at the envelope where there is one. With `findStored`, standard documents
 * that are stored already are only named, which takes a fraction of the time.
 * @throws DomainError `invalid-source-data` when the text is not JSON, has no known shape, or is not in `format`
 */
export function readRegistry(
  text: string,
  options: { readonly format?: RegistryFormat; readonly findStored?: FindStored } = {},
): RegistryContent {
  const json = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  const { outline, ...root } = checkSyntax(json);
  const shape = readShape(json, root, outline);
  const { format, lastUpdated } = shape;
  if (options.format !== undefined && options.format !== format) {
    const message = `The data has the ${format} format, but the configured format is ${options.format}`;
    throw new DomainError('invalid-source-data', message);
  }
  const intake = new Intake();
  const aids = { outline, findStored: options.findStored };
  for (const item of shape.items) intake.add(item, readAt(json, item, aids));
  const { documents, stored, refused } = intake;
  return { format, documents, stored, refused, ...(lastUpdated !== undefined && { lastUpdated }) };
}

function checkSyntax(text: string): ReturnType<typeof outlineJson> {
  try {
    return outlineJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const location = `line ${error.line}, column ${error.column}`;
    throw new DomainError('invalid-source-data', `The data is not valid JSON: ${error.message}`, {
      problems: [{ message: error.message, location }],
      cause: error,
    });
  }
}

function readAt(text: string, item: RegistryItem, aids: ReadingAids): DocumentReading {
  if (item.problem !== undefined) return { problems: [{ pointer: '', reason: item.problem }] };
  if (item.toolHive === undefined) return readItem(item.kind, text, item.span, aids);
  return readToolHiveEntry(item.toolHive.section, item.toolHive.key, text, item.span);
}

/** Collects what was read and keeps out whatever is there a second time. */
class Intake {
  readonly documents: VersionDocument[] = [];
  readonly stored: VersionRef[] = [];
  readonly refused: RefusedDocument[] = [];
  private readonly places = new Map<string, string>();

  add(item: RegistryItem, reading: DocumentReading): void {
    if ('problems' in reading) {
      this.refuse(item, reading);
      return;
    }
    const { kind, name, version, sourceKey }: VersionRef & Pick<VersionDocument, 'sourceKey'> =
      'stored' in reading ? reading.stored : reading.document;
    const identities = [JSON.stringify([kind, name, version])];
    if (sourceKey !== undefined) identities.push(JSON.stringify(['key', sourceKey]));
    const first = identities
      .map((identity) => this.places.get(identity))
      .find((place) => place !== undefined);
    if (first !== undefined) {
      const reason = `repeats the name and version, or the key, of the document at "${first}"`;
      this.refuse(item, { name, version, problems: [{ pointer: '', reason }] });
      return;
    }
    for (const identity of identities) this.places.set(identity, item.pointer);
    if ('stored' in reading) this.stored.push(reading.stored);
    else this.documents.push(reading.document);
  }

  private refuse(item: RegistryItem, reading: Omit<RefusedDocument, 'kind' | 'pointer'>): void {
    this.refused.push({
      kind: item.kind,
      ...reading,
      pointer: storableText(item.pointer),
      problems: reading.problems.map(({ pointer, reason }) => ({
        pointer: storableText(pointer),
        reason: storableText(reason),
      })),
    });
  }
}
