import { DomainError } from '../common/domain-error.js';
import type { RefusedDocument, RegistryFormat, VersionDocument } from '../model/entry.js';
import { compileFilter, type FilterRules } from '../model/name-filter.js';
import { readRegistry } from '../model/registry-reader.js';
import type { FetchedFile } from '../sources/source-provider.js';

/** What all files of a source hold together. */
export interface SourceContent {
  readonly documents: readonly VersionDocument[];
  readonly refused: readonly RefusedDocument[];
}

/**
 * Reads the files of a source as one catalogue, each as it comes. Of a version that stands in two files the first
 * stays.
 * @throws DomainError `invalid-source-data` when a file is not a registry file; the round fails then.
 */
export async function readFiles(
  files: Iterable<FetchedFile> | AsyncIterable<FetchedFile>,
  format: RegistryFormat | undefined,
): Promise<SourceContent> {
  const documents = new Map<string, VersionDocument>();
  const refused: RefusedDocument[] = [];
  for await (const file of files) {
    const content = readFile(file, format);
    refused.push(...content.refused);
    for (const document of content.documents) {
      const key = keyOf(document);
      if (!documents.has(key)) documents.set(key, document);
      else refused.push(repeated(document, file));
    }
  }
  return { documents: [...documents.values()], refused };
}

/**
 * The refused documents that leave what is stored of their version in place: not those of which another document
 * was read, which then decides, nor those that the filter leaves out by name.
 */
export function keepingRefusals(
  { documents, refused }: SourceContent,
  filter: FilterRules | undefined,
): readonly RefusedDocument[] {
  const read = new Set(documents.map(keyOf));
  // What cannot be read has neither tags nor a short key, so only a full name can be told to be unwanted.
  const passes = compileFilter({ names: { exclude: filter?.names?.exclude } });
  return refused.filter((document) => {
    const { kind, name = '' } = document;
    return !read.has(keyOf(document)) && passes({ kind, name, tags: [] });
  });
}

function keyOf({ kind, name, version }: Pick<RefusedDocument, 'kind' | 'name' | 'version'>): string {
  return JSON.stringify([kind, name, version]);
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
