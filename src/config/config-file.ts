import { readFile, stat } from 'node:fs/promises';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { DomainError } from '../common/domain-error.js';
import type { ConfigPath } from './config-path.js';
import { locatedProblem, type ConfigProblem } from './config-problems.js';

/** Larger configuration files are refused, in bytes. */
export const MAX_CONFIG_BYTES = 10 * 1024 * 1024;

/** How often aliases may repeat what they stand for. */
const MAX_ALIASES = 100;

/** What a YAML text holds, as plain JSON values, and where it holds it. */
export interface ConfigText {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Line of the key at `path`, else of the nearest block around it that is there; `undefined` for none. */
  lineOf(path: ConfigPath): number | undefined;
}

/** Reads a configuration file. Throws `invalid-configuration` when there is none, or it is too large. */
export async function readConfigFile(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    if ((await stat(path)).size > MAX_CONFIG_BYTES) throw tooLarge(path);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw unreadable(path, reasonOf(error), error);
  }
  if (bytes.byteLength > MAX_CONFIG_BYTES) throw tooLarge(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(path, 'it is not UTF-8 text', error);
  }
}

/** Reads YAML 1.2 with merge keys. Never throws: what is wrong is in `problems`. */
export function parseConfigText(text: string): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    merge: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const problems = [...document.errors, ...document.warnings].map((error) =>
    locatedProblem(
      {
        path: [],
        message: yamlMessage(error.code, error.message, text.slice(error.pos[0], error.pos[0] + 100)),
      },
      { line: lines.linePos(error.pos[0]).line },
    ),
  );
  const lineOf = (path: ConfigPath): number | undefined => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  if (problems.length > 0) return { value: undefined, problems, lineOf };
  try {
    // The way through JSON leaves neither shared nor circular parts behind.
    const value: unknown = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {}));
    return { value, problems, lineOf };
  } catch (error) {
    const message = error instanceof ReferenceError ? error.message : 'an alias contains itself';
    return { value: undefined, problems: [locatedProblem({ path: [], message }, {})], lineOf };
  }
}

function yamlMessage(code: string, message: string, source: string): string {
  if (code === 'DUPLICATE_KEY') return `the key '${source.split(/[\s:]/, 1)[0]}' is there twice in one block`;
  if (code === 'MULTIPLE_DOCS') return 'holds several YAML documents; one is expected';
  return message;
}

/** Offset of the deepest key or item along `path` that is in the document. */
function offsetOf(document: Document.Parsed, path: ConfigPath): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}

function tooLarge(path: string): DomainError {
  return unreadable(path, 'it is larger than 10MiB');
}

function unreadable(path: string, reason: string, cause?: unknown): DomainError {
  return new DomainError('invalid-configuration', `cannot read the configuration file ${path}: ${reason}`, {
    problems: [{ message: reason, location: path }],
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission',
  EISDIR: 'it is a directory',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
