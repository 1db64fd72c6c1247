import { z } from 'zod';
import { formSchemas, type ConfigForm } from './config.schema.js';
import type { ConfigPath } from './config-path.js';

/** The members of a JSON Schema that this program's own schemas make use of. */
interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: unknown;
}

/** One key that a form of the configuration knows. */
export interface ConfigKey {
  /** `*` stands for the items of a list. */
  readonly path: readonly string[];
  readonly kind: 'scalar' | 'list' | 'map' | 'block';
  /** For readers: `text`, `duration`, `one of a, b`… */
  readonly type: string;
  readonly scalar?: 'text' | 'number' | 'boolean';
  readonly description: string;
  readonly default?: unknown;
  readonly required: boolean;
}

const cache = new Map<ConfigForm, readonly ConfigKey[]>();

/** Every key of a form in the order of the schema, blocks before their members. */
export function configKeys(form: ConfigForm): readonly ConfigKey[] {
  const known = cache.get(form);
  if (known !== undefined) return known;
  const schema = z.toJSONSchema(formSchemas[form], { io: 'input' }) as SchemaNode;
  const keys = keysBelow(schema, [], schema.$defs ?? {});
  cache.set(form, keys);
  return keys;
}

/** Names that a form knows directly below `path`. */
export function namesBelow(form: ConfigForm, path: ConfigPath): string[] {
  const pattern = path.map((step) => (typeof step === 'number' ? '*' : step));
  return configKeys(form)
    .filter((key) => key.path.length === pattern.length + 1)
    .filter((key) => pattern.every((step, index) => key.path[index] === step))
    .flatMap((key) => key.path.slice(-1))
    .filter((name) => name !== '*');
}

type Definitions = Readonly<Record<string, SchemaNode>>;

function keysBelow(node: SchemaNode, path: readonly string[], definitions: Definitions): ConfigKey[] {
  if (node.items !== undefined)
    return keysBelow(resolved(node.items, definitions), [...path, '*'], definitions);
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const subject = resolved(member, definitions);
    const key = describeKey([...path, name], subject, node.required?.includes(name) === true, definitions);
    return [key, ...keysBelow(subject, key.path, definitions)];
  });
}

/** The node with what it refers to; a block that may also be null is a block. */
function resolved(node: SchemaNode, definitions: Definitions): SchemaNode {
  const definition = definitions[node.$ref?.split('/').at(-1) ?? ''];
  const whole = { ...definition, ...node };
  const block = whole.anyOf?.find((choice) => choice.type === 'object');
  return block === undefined ? whole : { ...block, ...whole };
}

function describeKey(
  path: readonly string[],
  node: SchemaNode,
  required: boolean,
  definitions: Definitions,
): ConfigKey {
  const common = { path, description: node.description ?? '', required, default: node.default };
  if (node.type === 'array') {
    const item = resolved(node.items ?? {}, definitions);
    const noun = item.title ?? (item.properties === undefined ? 'texts' : 'blocks');
    return { ...common, kind: 'list', type: `list of ${noun}` };
  }
  if (node.type === 'object') {
    const open = typeof node.additionalProperties === 'object';
    return { ...common, kind: open ? 'map' : 'block', type: open ? (node.title ?? 'map of texts') : 'block' };
  }
  return { ...common, kind: 'scalar', ...scalarType(node) };
}

function scalarType(node: SchemaNode): {
  readonly type: string;
  readonly scalar: 'text' | 'number' | 'boolean';
} {
  if (node.title !== undefined) return { type: node.title, scalar: 'text' };
  if (node.enum !== undefined)
    return { type: node.enum.map((word) => `\`${String(word)}\``).join(', '), scalar: 'text' };
  if (node.type === 'boolean') return { type: 'true or false', scalar: 'boolean' };
  if (node.type === 'number' || node.type === 'integer') return { type: 'number', scalar: 'number' };
  return { type: 'text', scalar: 'text' };
}
