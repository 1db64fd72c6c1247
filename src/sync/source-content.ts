import { DomainError } from '../common/domain-error.js';
import type { RefusedDocument, RegistryFormat, VersionDocument } from '../model/entry.js';
import { readRegistry } from '../model/registry-reader.js';
import type { FetchedFile } from '../sources/source-provider.js';

/** What all files of a source hold together. */
export interface SourceContent {
  readonly documents: readonly VersionDocument[];
  readonly refused: readonly RefusedDocument[];
}

/**
 * Reads the files of a source as one catalogue. Of a version that stands in two files the first stays.
 * @throws DomainError `invalid-source-data` when a file is not a registry file; the round fails then.
 */
export function readFiles(files: readonly FetchedFile[], format: RegistryFormat | undefined): SourceContent {
  const documents = new Map<string, VersionDocument>();
  const refused: RefusedDocument[] = [];
  for (const file of files) {
    const content = readFile(file, format);
    refused.push(...content.refused);
    for (const document of content.documents) {
      const key = JSON.stringify([document.kind, document.name, document.version]);
      if (!documents.has(key)) documents.set(key, document);
      else refused.push(repeated(document, file));
    }
  }
  return { documents: [...documents.values()], refused };
}

function readFile(file: FetchedFile, format: RegistryFormat | undefined): SourceContent {
  try {
    return readRegistry(file.text, format === undefined ? {} : { format });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${file.origin}: ${error.message}`, {
      problems: error.problems,
      cause: error,
    });
  }
}

function repeated({ kind, name, version }: VersionDocument, file: FetchedFile): RefusedDocument {
  const reason = `is in an earlier file already (again in ${file.origin})`;
  return { kind, name, version, pointer: '', problems: [{ pointer: '', reason }] };
}
