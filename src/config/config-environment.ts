import { configKeys, type ConfigKey } from './config-keys.js';
import { FORM_KEYS } from './config-form.js';
import { memberOf, pathText, withValue, type ConfigPath } from './config-path.js';
import type { ConfigProblem } from './config-problems.js';
import { didYouMean } from './nearest-word.js';
import { LOG_LEVELS, type LogLevel } from './registry-config.js';
import type { ConfigForm } from './config.schema.js';

const PREFIX = 'THV_REGISTRY_';

/** Variables with the prefix that are no key of the file. */
const SPECIAL_VARIABLES = [
  'INSECURE_URL',
  'COMPRESS_RESPONSE',
  'WATCH_NAMESPACE',
  'LEADER_ELECTION_ID',
  'LOG_LEVEL',
];

/** A password alone says nothing about a database, so it is used only where one is configured. */
const PASSWORDS = new Set(['database.password', 'database.migrationPassword']);

/** Shorter variables of some keys; where both are set, these count. */
const SHORT_VARIABLES: Readonly<Record<string, string>> = {
  'database.password': 'THV_DATABASE_PASSWORD',
  'database.migrationPassword': 'THV_DATABASE_MIGRATION_PASSWORD',
};

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One value that a variable or a flag sets. */
export interface Override {
  readonly path: ConfigPath;
  /** Name of the variable or flag. */
  readonly variable: string;
  readonly value: unknown;
}

/** The variable that overrides a key, or `undefined` for lists, maps, blocks and what is inside lists. */
export function variableOf(key: ConfigKey): string | undefined {
  if (key.kind !== 'scalar' || key.path.includes('*')) return undefined;
  return PREFIX + key.path.join('_').toUpperCase();
}

/** What the environment sets of the keys of `form`. An empty variable counts as absent. */
export function environmentOverrides(form: ConfigForm, env: Environment): Override[] {
  return configKeys(form).flatMap((key) => {
    const short = SHORT_VARIABLES[key.path.join('.')];
    const variable = short !== undefined && env[short] ? short : variableOf(key);
    const text = variable === undefined ? undefined : env[variable];
    if (variable === undefined || text === undefined || text === '' || isServiceLink(variable, text))
      return [];
    return [{ path: key.path, variable, value: scalarOf(text, key) }];
  });
}

/** True when the environment names a source in the single-source form. */
export function describesSingleSource(env: Environment): boolean {
  return environmentOverrides('single', env).some(({ path }) => path[0] === 'source');
}

/** A copy of the file's content in which the overrides have their values. */
export function applyOverrides(root: unknown, overrides: readonly Override[]): unknown {
  const [passwords, others] = [true, false].map((wanted) =>
    overrides.filter(({ path }) => PASSWORDS.has(pathText(path)) === wanted),
  );
  const withOthers = (others ?? []).reduce((copy, { path, value }) => withValue(copy, path, value), root);
  if (memberOf(withOthers, 'database') === undefined) return withOthers;
  return (passwords ?? []).reduce((copy, { path, value }) => withValue(copy, path, value), withOthers);
}

/** One warning for each variable with our prefix that means nothing in this form. */
export function unknownVariables(form: ConfigForm, env: Environment): ConfigProblem[] {
  const known = configKeys(form).flatMap((key) => variableOf(key) ?? []);
  known.push(...SPECIAL_VARIABLES.map((name) => PREFIX + name));
  known.push(...[...PASSWORDS].map((path) => PREFIX + path.replace('.', '_').toUpperCase()));
  return Object.entries(env)
    .filter(
      ([name, value]) => name.startsWith(PREFIX) && !known.includes(name) && !isServiceLink(name, value),
    )
    .map(([variable]) => {
      const reason = isKeyOfOtherForm(form, variable)
        ? 'its key belongs to another form of the configuration'
        : `it stands for no key that can be overridden${didYouMean(variable, known)}`;
      return { message: `is ignored: ${reason}`, location: variable, path: '', variable };
    });
}

function isKeyOfOtherForm(form: ConfigForm, variable: string): boolean {
  const others = (['single', 'operator', 'sources'] as const).filter((other) => other !== form);
  return (
    FORM_KEYS.some((key) => variable === PREFIX + key.toUpperCase()) ||
    others.some((other) => configKeys(other).some((key) => variableOf(key) === variable))
  );
}

/**
 * Kubernetes gives every container `NAME_PORT=tcp://…` and its kin for each service of the namespace. A service
 * called `thv-registry-…` must neither cause warnings nor override a key such as `database.port`.
 */
function isServiceLink(name: string, value = ''): boolean {
  if (/_SERVICE_(HOST|PORT)(_\w+)?$/.test(name)) return true;
  return name.endsWith('_PORT')
    ? /^(tcp|udp|sctp):\/\//.test(value)
    : /_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/.test(name);
}

/** The value a variable stands for; what does not fit its key stays text, and the schema then refuses it. */
function scalarOf(text: string, key: ConfigKey): string | number | boolean {
  if (key.scalar === 'number') return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : text;
  if (key.scalar !== 'boolean') return text;
  if (/^(1|t|true)$/i.test(text)) return true;
  return /^(0|f|false)$/i.test(text) ? false : text;
}

/** The log level from `THV_REGISTRY_LOG_LEVEL`, else `LOG_LEVEL`, else `info`. */
export function logLevelOf(env: Environment): {
  readonly level: LogLevel;
  readonly warnings: ConfigProblem[];
} {
  const variable = env['THV_REGISTRY_LOG_LEVEL'] ? 'THV_REGISTRY_LOG_LEVEL' : 'LOG_LEVEL';
  const word = (env[variable] ?? '').trim().toLowerCase();
  const level = LOG_LEVELS.find((known) => known === (word === 'warning' ? 'warn' : word));
  if (level !== undefined || word === '') return { level: level ?? 'info', warnings: [] };
  const message = `is no log level (debug, info, warn or error); info is used`;
  return { level: 'info', warnings: [{ message, location: variable, path: '', variable }] };
}
