/** Recognises the shapes in which sources hand out entries, and finds every entry in them. */
import { DomainError } from '../common/domain-error.js';
import { toPointer } from '../common/json-pointer.js';
import type { JsonOutline } from '../common/json-outline.js';
import { items, type JsonKind, type JsonSpan, kindAt, members } from '../common/json-text.js';
import type { EntryKind, RegistryFormat } from './entry.js';
import type { ToolHiveSection } from './toolhive-format.js';

/** One place in a file where a document should be. */
export interface RegistryItem {
  readonly kind: EntryKind;
  /** JSON pointer from the root of the file. */
  readonly pointer: string;
  readonly span: JsonSpan;
  /** Set in ToolHive's format, where entries are members of objects. */
  readonly toolHive?: { readonly section: ToolHiveSection; readonly key: string };
  /** Why no entry can be read here at all. */
  readonly problem?: string;
}

/** A recognised file. `lastUpdated` is the text it states, not checked. */
export interface RegistryShape {
  readonly format: RegistryFormat;
  readonly items: readonly RegistryItem[];
  readonly lastUpdated?: string;
}

const LISTS: readonly (readonly [string, EntryKind])[] = [
  ['servers', 'server'],
  ['skills', 'skill'],
  ['plugins', 'plugin'],
];
const SECTIONS: readonly ToolHiveSection[] = ['servers', 'remote_servers'];
/** Members of which a second one would hide entries. */
const CONTAINERS = new Set(['data', 'servers', 'remote_servers', 'groups', 'skills', 'plugins']);
/** Any of these, beside a name, tells a `server.json` from other objects with a name. */
const SERVER_SIGNS = ['version', 'version_detail', 'description', 'packages', 'remotes'];

const KNOWN_SHAPES =
  'a ToolHive registry (objects "servers" or "remote_servers"), an upstream registry file ("data" with arrays ' +
  '"servers", "skills" or "plugins"), a list response (array "servers"), an array of server.json documents, or one ' +
  'server.json or skill document';

/**
 * Recognises the valid JSON value at `root`.
 * @throws DomainError `invalid-source-data` when it is none of the known shapes, or one whose lists are broken
 */
export function readShape(text: string, root: JsonSpan, outline?: JsonOutline): RegistryShape {
  return new ShapeReader(text, outline).read(root);
}

class ShapeReader {
  private readonly items: RegistryItem[] = [];

  constructor(
    private readonly text: string,
    private readonly outline: JsonOutline | undefined,
  ) {}

  read(root: JsonSpan): RegistryShape {
    if (this.kind(root) === 'array') {
      this.addList('server', [], root);
      return { format: 'upstream', items: this.items };
    }
    const top = this.kind(root) === 'object' ? this.membersAt(root, '') : new Map<string, JsonSpan>();
    const format =
      this.upstreamFile(top) ??
      this.listResponse(top) ??
      this.toolHive(top) ??
      this.singleDocument(top, root);
    if (format === undefined) throw new DomainError('invalid-source-data', `The data is not ${KNOWN_SHAPES}`);
    const lastUpdated = this.lastUpdated(top);
    return { format, items: this.items, ...(lastUpdated !== undefined && { lastUpdated }) };
  }

  private upstreamFile(top: ReadonlyMap<string, JsonSpan>): RegistryFormat | undefined {
    const data = top.get('data');
    if (this.kind(data) !== 'object' || data === undefined) return undefined;
    const lists = this.membersAt(data, '/data');
    if (!LISTS.some(([name]) => lists.has(name))) return undefined;
    return this.addLists(['data'], lists);
  }

  private listResponse(top: ReadonlyMap<string, JsonSpan>): RegistryFormat | undefined {
    const hasList = LISTS.some(
      // A document of its own may have a member of that name; only "servers" cannot be meant otherwise.
      ([name]) => this.kind(top.get(name)) === 'array' && (name === 'servers' || !top.has('name')),
    );
    // Go programs write an empty list as null.
    const isEmpty = this.kind(top.get('servers')) === 'null' && this.kind(top.get('metadata')) === 'object';
    return hasList || isEmpty ? this.addLists([], top) : undefined;
  }

  private toolHive(top: ReadonlyMap<string, JsonSpan>): RegistryFormat | undefined {
    const hasSection = SECTIONS.some((section) => this.kind(top.get(section)) === 'object');
    const hasGroups = this.kind(top.get('groups')) === 'array';
    const isEmpty = this.kind(top.get('servers')) === 'null' && top.has('last_updated');
    if (!hasSection && !isEmpty && (!hasGroups || top.has('name'))) return undefined;

    for (const section of SECTIONS) {
      this.expect(['object', 'null'], top.get(section), [section]);
      this.addSection(section, [section], top.get(section));
    }
    const groups = top.get('groups');
    this.expect(['array', 'null'], groups, ['groups']);
    if (groups !== undefined && hasGroups) {
      let index = 0;
      for (const group of items(this.text, groups, this.outline)) {
        this.addGroup(['groups', index], group);
        index += 1;
      }
    }
    return 'toolhive';
  }

  private singleDocument(top: ReadonlyMap<string, JsonSpan>, root: JsonSpan): RegistryFormat | undefined {
    const isSkill = ['namespace', 'name', 'version'].every((name) => top.has(name));
    const isServer = top.has('name') && SERVER_SIGNS.some((sign) => top.has(sign));
    const isEnvelope = this.kind(top.get('server')) === 'object';
    if (!isSkill && !isServer && !isEnvelope) return undefined;
    this.items.push({ kind: isSkill ? 'skill' : 'server', pointer: '', span: root });
    return 'upstream';
  }

  private addLists(path: readonly string[], lists: ReadonlyMap<string, JsonSpan>): RegistryFormat {
    for (const [name, kind] of LISTS) {
      const list = lists.get(name);
      this.expect(['array', 'null'], list, [...path, name]);
      if (list !== undefined && this.kind(list) === 'array') this.addList(kind, [...path, name], list);
    }
    return 'upstream';
  }

  private addList(kind: EntryKind, path: readonly string[], list: JsonSpan): void {
    let index = 0;
    for (const span of items(this.text, list, this.outline)) {
      this.items.push({ kind, pointer: toPointer([...path, index]), span });
      index += 1;
    }
  }

  /** A broken group is one broken item: it loses its own servers, not those of its neighbours. */
  private addGroup(path: readonly (string | number)[], group: JsonSpan): void {
    if (this.kind(group) !== 'object') {
      this.items.push(broken(path, group));
      return;
    }
    const seen = new Set<string>();
    for (const { key, value } of members(this.text, group, this.outline)) {
      const section = SECTIONS.find((name) => name === key);
      if (section === undefined || this.kind(value) === 'null') continue;
      if (this.kind(value) === 'object' && !seen.has(key)) this.addSection(section, [...path, key], value);
      else this.items.push(broken([...path, key], value));
      seen.add(key);
    }
  }

  private addSection(
    section: ToolHiveSection,
    path: readonly (string | number)[],
    span: JsonSpan | undefined,
  ): void {
    if (span === undefined || this.kind(span) !== 'object') return;
    for (const { key, value } of members(this.text, span, this.outline)) {
      this.items.push({
        kind: 'server',
        pointer: toPointer([...path, key]),
        span: value,
        toolHive: { section, key },
      });
    }
  }

  private lastUpdated(top: ReadonlyMap<string, JsonSpan>): string | undefined {
    const meta = top.get('meta');
    const inMeta = meta && this.kind(meta) === 'object' ? this.membersAt(meta, '/meta') : undefined;
    const span = inMeta?.get('last_updated') ?? top.get('last_updated');
    if (span === undefined || this.kind(span) !== 'string') return undefined;
    return JSON.parse(this.text.slice(span.start, span.end)) as string;
  }

  private membersAt(span: JsonSpan, pointer: string): ReadonlyMap<string, JsonSpan> {
    const found = new Map<string, JsonSpan>();
    for (const { key, value } of members(this.text, span, this.outline)) {
      if (found.has(key) && CONTAINERS.has(key)) {
        throw new DomainError('invalid-source-data', `The data has the member "${pointer}/${key}" twice`);
      }
      if (!found.has(key)) found.set(key, value);
    }
    return found;
  }

  private expect(kinds: readonly JsonKind[], span: JsonSpan | undefined, path: readonly string[]): void {
    const kind = this.kind(span);
    if (kind === undefined || kinds.includes(kind)) return;
    const wanted = kinds[0] === 'array' ? 'an array' : 'an object';
    throw new DomainError(
      'invalid-source-data',
      `The member "${toPointer(path)}" of the data is not ${wanted}`,
    );
  }

  private kind(span: JsonSpan | undefined): JsonKind | undefined {
    return span && kindAt(this.text, span.start);
  }
}

function broken(path: readonly (string | number)[], span: JsonSpan): RegistryItem {
  return { kind: 'server', pointer: toPointer(path), span, problem: 'must be an object, and only one' };
}
