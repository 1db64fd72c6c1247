import { DomainError } from '../common/domain-error.js';
import {
  applyOverrides,
  describesSingleSource,
  environmentOverrides,
  logLevelOf,
  unknownVariables,
  type Environment,
  type Override,
} from './config-environment.js';
import { authProblems } from './auth-findings.js';
import { parseConfigText, readConfigFile, type ConfigText } from './config-file.js';
import { flagOverrides, type ConfigFlags } from './config-flags.js';
import { decideForm, pathInForm, withoutFormKeys } from './config-form.js';
import { intervalNotices, normalConfig } from './config-normal.js';
import { configNotices } from './config-notices.js';
import { parseForm } from './config-parse.js';
import { locatedProblem, type ConfigProblem, type Finding } from './config-problems.js';
import type { ConfigForm } from './config.schema.js';
import { unsupportedProblems } from './config-support.js';
import { defaultConfigValue } from './default-config.js';
import type { RegistryConfig } from './registry-config.js';
import { watchNamespacesOf } from './watch-namespaces.js';
import { workerProblems } from './worker-findings.js';

/** What one reading of the configuration starts from. */
export interface LoadOptions {
  /** The YAML file; without it the sample registry is configured, unless the environment describes a source. */
  readonly path?: string | undefined;
  /** The environment; the process's own when absent. */
  readonly env?: Environment | undefined;
  readonly flags?: ConfigFlags | undefined;
  /** Makes unknown keys errors instead of warnings. */
  readonly strictKeys?: boolean | undefined;
}

/** A usable configuration, and what its author should know about it. */
export interface LoadedConfig {
  readonly config: RegistryConfig;
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads the configuration: flags over environment over file over defaults. Throws `invalid-configuration` with every
 * problem at once (`ConfigProblem`s with path and line). What is valid but not supported yet is refused the same way.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const text = options.path === undefined ? undefined : parseConfigText(await readConfigFile(options.path));
  if (text !== undefined && text.problems.length > 0) throw invalid(options.path, text.problems);
  return interpret(text, options);
}

function interpret(text: ConfigText | undefined, options: LoadOptions): LoadedConfig {
  const { env = process.env, path } = options;
  const decision = decideForm(text?.value);
  const mixed = 'mixed' in decision ? [decision.mixed] : [];
  const told = 'form' in decision ? decision.form : undefined;
  const form = told ?? (mixed.length === 0 && describesSingleSource(env) ? 'single' : 'sources');
  const sample = text === undefined && form === 'sources';
  const root = sample ? defaultConfigValue() : (text?.value ?? {});

  const overrides = [...environmentOverrides(form, env), ...flagOverrides(options.flags ?? {})];
  const effective = applyOverrides(root, overrides);
  const locate = locator(text, overrides);
  const logLevel = logLevelOf(env);
  if (mixed.length > 0) {
    const { problems } = parseForm('sources', withoutFormKeys(effective));
    const ofSharedBlocks = problems.filter(
      ({ path: [block] }) => block !== 'sources' && block !== 'registries',
    );
    throw invalid(path, [...mixed, ...ofSharedBlocks].map(locate));
  }

  const { parsed, problems, unknownKeys } = parseForm(form, effective);
  const keyProblems = options.strictKeys === true ? unknownKeys : [];
  if (parsed === undefined) throw invalid(path, [...problems, ...keyProblems].map(locate));
  const watched = watchNamespacesOf(env);
  const oidcClientSecret =
    options.flags?.oidcClientSecret ?? (env['TOOLHIVE_OIDC_CLIENT_SECRET'] || undefined);
  const config = normalConfig(parsed, {
    logLevel: logLevel.level,
    sample,
    watchNamespaces: watched.namespaces,
    oidcClientSecret,
    leaderElectionId: env['THV_REGISTRY_LEADER_ELECTION_ID'] || undefined,
  });
  const findings = [...authProblems(config, env), ...workerProblems(config), ...unsupportedProblems(config)];
  const refused = inForm(form, findings).map(locate);
  if (followsNamespaces(config)) refused.push(...watched.problems);
  if (refused.length + keyProblems.length > 0) throw invalid(path, [...keyProblems.map(locate), ...refused]);

  const notices = inForm(form, [...intervalNotices(parsed), ...configNotices(config)]);
  const warnings = [...unknownKeys, ...notices].map(locate);
  return { config, warnings: [...warnings, ...unknownVariables(form, env), ...logLevel.warnings] };
}

/** True when a source follows the namespaces that the environment names. */
function followsNamespaces({ sources }: RegistryConfig): boolean {
  return sources.some((source) => source.kind === 'kubernetes' && source.kubernetes.namespaces === undefined);
}

function inForm(form: ConfigForm, findings: readonly Finding[]): Finding[] {
  return findings.map(({ path, message }) => ({ path: pathInForm(form, path), message }));
}

/** Finds where the value at a path came from: a flag or variable, else a line of the file. */
function locator(
  text: ConfigText | undefined,
  overrides: readonly Override[],
): (finding: Finding) => ConfigProblem {
  return (finding) => {
    const source = overrides.findLast(({ path }) =>
      path.every((step, index) => finding.path[index] === step),
    );
    const variable = source?.variable;
    return locatedProblem(
      finding,
      variable === undefined ? { line: text?.lineOf(finding.path) } : { variable },
    );
  };
}

function invalid(path: string | undefined, problems: readonly ConfigProblem[]): DomainError {
  const [first] = problems;
  const detail = first?.location === undefined ? first?.message : `${first.location}: ${first.message}`;
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems, the first`;
  return new DomainError('invalid-configuration', `${path ?? 'the configuration'} has ${count}: ${detail}`, {
    problems,
  });
}
