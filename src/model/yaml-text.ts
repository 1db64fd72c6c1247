import {
  Alias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Node,
  type YAMLMap,
} from 'yaml';
import { DomainError } from '../common/domain-error.js';
import { checkJson } from '../common/json-syntax.js';

/** Longest YAML text, in UTF-16 units: reading it takes seconds by then, and nothing else happens meanwhile. */
export const MAX_YAML_LENGTH = 2 * 1024 * 1024;
/** Longest JSON text that one becomes; aliases may make it much longer than what was written. */
const MAX_JSON_LENGTH = 32 * 1024 * 1024;
/** Nodes to go through at most, each use of an alias counted. */
const MAX_STEPS = 1_000_000;
const MAX_DEPTH = 200;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The text is no YAML that can be JSON. `line` and `column` start at 1. */
export class YamlSyntaxError extends Error {
  constructor(
    what: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${what} at line ${line}, column ${column}`);
    this.name = 'YamlSyntaxError';
  }
}

/** True for names that promise YAML. */
export function isYamlName(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

/** True for media types that promise YAML (RFC 9512, and the older names). */
export function isYamlType(contentType: string | null): boolean {
  return /^[^;]*\byaml\b/i.test(contentType ?? '');
}

/**
 * The JSON text of a registry file that is JSON or YAML. Text that starts like JSON is JSON, unless `promisesYaml` and
 * it is not valid; text in which neither is found comes back as it is, for the reader of JSON to complain about.
 * @throws DomainError as {@link yamlToJson} does
 */
export function jsonTextOf(text: string, promisesYaml: boolean): string {
  const start = /^[\uFEFF\s]*/.exec(text)?.[0].length ?? 0;
  if (start === text.length) return text;
  if (!'{['.includes(text[start] ?? '')) return yamlToJson(text) ?? text;
  return promisesYaml && !isJson(text.slice(start)) ? (yamlToJson(text) ?? text) : text;
}

function isJson(text: string): boolean {
  try {
    checkJson(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Turns a YAML 1.2 map or list (core schema, with merge keys) into JSON text in which everything stands on the line
 * where it stood. Numbers stay as written where JSON can write them (`1.10`, not 1.1), texts are what YAML reads,
 * and so are dates; a version that looks like a number has to be quoted to be a text. Undefined for other values.
 * @throws DomainError `invalid-source-data`, caused by a `YamlSyntaxError` where a place is known; `limit-exceeded`
 */
export function yamlToJson(text: string): string | undefined {
  if (text.length > MAX_YAML_LENGTH)
    throw tooMuch('YAML of more than 2MiB is not read, whatever maxSize allows: convert the file to JSON');
  const lines = new LineCounter();
  // Finding repeated keys is left to the writer: here it would take quadratic time.
  const options = { prettyErrors: false, stringKeys: true, uniqueKeys: false, lineCounter: lines } as const;
  try {
    // Behind a byte order mark the parser takes the first line to be indented.
    const document = parseDocument(text.replace(/^\uFEFF/, ''), options);
    const [error] = document.errors;
    if (error !== undefined) throw syntaxError(lines, error.pos[0], yamlMessage(error.code, error.message));
    if (!isMap(document.contents) && !isSeq(document.contents)) return undefined;
    const targets = new Map<string, Node>();
    const aliases = new Map<Alias, Node | undefined>();
    visit(document, {
      Node: (_key, node) => {
        if (node instanceof Alias) aliases.set(node, targets.get(node.source));
        else if (node.anchor !== undefined) targets.set(node.anchor, node);
      },
    });
    return new JsonWriter(lines, aliases).write(document.contents);
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      throw new DomainError('invalid-source-data', `is not valid YAML: ${error.message}`, { cause: error });
    }
    if (error instanceof DomainError) throw error;
    // The parser is recursive: when its stack ends, that shows as one of several errors.
    throw tooDeep();
  }
}

/** Writes the nodes of one document as JSON. */
class JsonWriter {
  private readonly parts: string[] = [];
  private length = 0;
  private line = 1;
  private steps = 0;

  constructor(
    private readonly lines: LineCounter,
    private readonly aliases: ReadonlyMap<Alias, Node | undefined>,
  ) {}

  write(node: Node): string {
    this.value(node, 0);
    return this.parts.join('');
  }

  private value(given: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw tooDeep();
    const node = this.resolve(given);
    this.goTo(given);
    if (isMap(node)) this.map(node, depth);
    else if (isSeq(node)) this.list(node.items, depth);
    else this.put(this.scalar(node));
  }

  private list(items: readonly unknown[], depth: number): void {
    this.put('[');
    items.forEach((item, index) => {
      if (index > 0) this.put(',');
      this.value(item, depth + 1);
    });
    this.put(']');
  }

  private map(map: YAMLMap, depth: number): void {
    this.put('{');
    let separator = '';
    for (const { key, name, value } of this.members(map, depth)) {
      this.put(separator);
      separator = ',';
      this.goTo(key);
      this.put(`${JSON.stringify(name)}:`);
      this.value(value, depth + 1);
    }
    this.put('}');
  }

  /** The members with those of merged maps, which never replace one of the map's own. */
  private members(map: YAMLMap, depth: number): { key: unknown; name: string; value: unknown }[] {
    if (depth > MAX_DEPTH) throw tooDeep();
    const own = map.items.map(({ key, value }) => ({ key, name: this.name(key), value }));
    const taken = new Set<string>();
    for (const member of own) {
      if (isMerge(member)) continue;
      if (taken.has(member.name)) throw this.refuse(member.key, `the key "${member.name}" is there twice`);
      taken.add(member.name);
    }
    return own.flatMap((member) => {
      if (!isMerge(member)) return [member];
      const merged = this.merged(member.value, depth).filter(({ name }) => !taken.has(name));
      // Of several merged maps the first one counts.
      return merged.filter(({ name }) => !taken.has(name) && taken.add(name));
    });
  }

  private merged(given: unknown, depth: number): { key: unknown; name: string; value: unknown }[] {
    const node = this.resolve(given);
    if (isMap(node)) return this.members(node, depth + 1);
    if (!isSeq(node)) throw this.refuse(given, 'only maps can be merged');
    return node.items.flatMap((item) => {
      const map = this.resolve(item);
      if (!isMap(map)) throw this.refuse(item, 'only maps can be merged');
      return this.members(map, depth + 1);
    });
  }

  private name(key: unknown): string {
    const node = this.resolve(key);
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    throw this.refuse(key, 'a key is no text');
  }

  private scalar(node: unknown): string {
    const value: unknown = isScalar(node) ? node.value : node;
    const source = isScalar(node) ? node.source : undefined;
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      if (source !== undefined && JSON_NUMBER.test(source)) return source;
      if (Number.isFinite(Number(value))) return String(value);
    }
    throw this.refuse(node, 'JSON has no such value');
  }

  private resolve(node: unknown): unknown {
    this.steps += 1;
    if (this.steps > MAX_STEPS) throw tooMuch('this YAML holds too many values: use JSON');
    if (!(node instanceof Alias)) return node;
    const target = this.aliases.get(node);
    if (target === undefined) throw this.refuse(node, `the alias "${node.source}" stands for nothing`);
    return target;
  }

  /** Starts new lines until the present one is that of the node. What an alias stands for was passed before. */
  private goTo(node: unknown): void {
    const missing = this.placeOf(node).line - this.line;
    if (missing <= 0) return;
    this.put('\n'.repeat(missing));
    this.line += missing;
  }

  private placeOf(node: unknown): { line: number; column: number } {
    const offset = (node as Node | null)?.range?.[0];
    if (offset === undefined) return { line: this.line, column: 1 };
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }

  private put(text: string): void {
    this.length += text.length;
    if (this.length > MAX_JSON_LENGTH) throw tooMuch('the aliases of this YAML repeat too much');
    this.parts.push(text);
  }

  private refuse(node: unknown, what: string): YamlSyntaxError {
    const { line, column } = this.placeOf(node);
    return new YamlSyntaxError(what, line, column);
  }
}

function isMerge({ key, name }: { readonly key: unknown; readonly name: string }): boolean {
  return name === '<<' && isScalar(key) && key.type === 'PLAIN';
}

function syntaxError(lines: LineCounter, offset: number, what: string): YamlSyntaxError {
  const { line, col } = lines.linePos(offset);
  return new YamlSyntaxError(what, line, col);
}

function yamlMessage(code: string, message: string): string {
  return code === 'MULTIPLE_DOCS' ? 'only one YAML document is read' : message;
}

function tooDeep(): DomainError {
  return new DomainError('invalid-source-data', 'is YAML that is nested too deeply, or contains itself');
}

function tooMuch(message: string): DomainError {
  return new DomainError('limit-exceeded', message);
}
