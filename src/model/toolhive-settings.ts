/**
 * Environment variables and headers, which ToolHive and `server.json` spell differently: `required` and `secret`
 * in the one, `isRequired` and `isSecret` in the other.
 */
import { writeArray, writeObject } from '../common/json-text.js';
import type { RawMembers } from './toolhive-members.js';

/** One environment variable or header; every value is raw JSON text, and false or empty ones are absent. */
export interface Setting {
  readonly name: string;
  readonly description: string | undefined;
  readonly required: string | undefined;
  readonly secret: string | undefined;
  readonly default: string | undefined;
  readonly choices?: string | undefined;
}

/** Reads an item of ToolHive's `env_vars`. */
export function toolHiveVariable(item: RawMembers): Setting {
  return {
    name: item.needed('name'),
    description: item.string('description'),
    required: item.flag('required'),
    secret: item.flag('secret'),
    default: item.string('default'),
  };
}

/** Reads an item of ToolHive's `headers`. */
export function toolHiveHeader(item: RawMembers): Setting {
  return { ...toolHiveVariable(item), choices: item.strings('choices') };
}

/** Reads an item of `environmentVariables` of a `server.json`. */
export function serverVariable(item: RawMembers): Setting {
  return {
    name: item.needed('name'),
    description: item.string('description'),
    required: item.flag('isRequired'),
    secret: item.flag('isSecret'),
    default: item.string('default'),
  };
}

/** Reads an item of `headers` of a `server.json`. */
export function serverHeader(item: RawMembers): Setting {
  return { ...serverVariable(item), choices: item.strings('choices') };
}

/**
 * Reads a Docker flag among `runtimeArguments`: `-e KEY=value`, or `-e KEY={variable}`, where the variable tells
 * secret and default. Undefined for every other argument.
 */
export function serverRuntimeVariable(argument: RawMembers): Setting | undefined {
  const flag = argument.decoded('name');
  if (argument.decoded('type') !== 'named' || (flag !== '-e' && flag !== '--env')) return undefined;
  const match = /^([^=]+)=(.*)$/s.exec(argument.decoded('value') ?? '');
  if (match === null) return undefined;
  const [, name = '', value = ''] = match;
  const reference = /^\{(.+)\}$/s.exec(value)?.[1];
  const referred = reference === undefined ? undefined : argument.object('variables')?.object(reference);
  const fixed = reference === undefined && value !== '' ? JSON.stringify(value) : undefined;
  return {
    name: JSON.stringify(name),
    description: argument.string('description'),
    required: argument.flag('isRequired'),
    secret: referred?.flag('isSecret'),
    default: referred?.string('default') ?? fixed,
  };
}

/** Inputs of a `server.json`, or undefined when there are none. */
export function writeServerInputs(settings: readonly Setting[]): string | undefined {
  return writeSome(settings, (setting) => [
    ['description', setting.description],
    ['isRequired', setting.required],
    ['isSecret', setting.secret],
    ['default', setting.default],
    ['choices', setting.choices],
    ['name', setting.name],
  ]);
}

/** ToolHive's `env_vars` or `headers`, or undefined when there are none. The first three members are always there. */
export function writeToolHiveSettings(settings: readonly Setting[]): string | undefined {
  return writeSome(settings, (setting) => [
    ['name', setting.name],
    ['description', setting.description ?? '""'],
    ['required', setting.required ?? 'false'],
    ['default', setting.default],
    ['secret', setting.secret],
    ['choices', setting.choices],
  ]);
}

function writeSome(
  settings: readonly Setting[],
  membersOf: (setting: Setting) => [string, string | undefined][],
): string | undefined {
  if (settings.length === 0) return undefined;
  return writeArray(settings.map((setting) => writeObject(membersOf(setting))));
}
