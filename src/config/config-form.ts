import type { ConfigForm } from './config.schema.js';
import { isRecord, oneOfWords, presentKeys } from './config-values.js';
import { withValue, type ConfigPath } from './config-path.js';
import type { Finding } from './config-problems.js';
import { SOURCE_KINDS } from './source.schema.js';

const CONFIG_FORMS = ['sources', 'single', 'operator'] as const satisfies readonly ConfigForm[];
const FORM_NAMES: Readonly<Record<ConfigForm, string>> = {
  sources: 'the form with sources and registries',
  single: 'the single-source form',
  operator: 'the operator form of November 2025',
};
const OPERATOR_ITEM_KEYS = [...SOURCE_KINDS, 'format', 'syncPolicy', 'filter'] as const;

/** Keys that tell the forms apart: those at the top, and those in the items of `registries`. */
export const FORM_KEYS = ['registryName', 'source', 'syncPolicy', 'filter', 'sources', 'registries'] as const;

/** The form of a configuration, none when no key tells, or what is wrong when keys of several are mixed. */
export type FormDecision = { readonly form?: ConfigForm } | { readonly mixed: Finding };

/** Decides by the keys alone in which form a configuration is written. */
export function decideForm(root: unknown): FormDecision {
  const items = isRecord(root) && Array.isArray(root['registries']) ? root['registries'] : [];
  const [registryName] = presentKeys(root, ['registryName']);
  const [registries] = presentKeys(root, ['registries']);
  const used: Record<ConfigForm, string[]> = {
    sources: [...presentKeys(root, ['sources']), ...keysOfItems(items, ['sources'])],
    single: presentKeys(root, ['source', 'syncPolicy', 'filter']),
    operator: keysOfItems(items, OPERATOR_ITEM_KEYS),
  };
  // These two belong to two forms each, so they speak only where neither of the two is meant.
  if (registryName !== undefined && used.sources.length > 0) used.single.push(registryName);
  if (registries !== undefined && used.single.length > 0 && used.operator.length === 0)
    used.sources.push(registries);

  const forms = CONFIG_FORMS.filter((form) => used[form].length > 0);
  if (forms.length > 1) return { mixed: mixedForms(forms.map((form) => [form, used[form]])) };
  if (forms[0] !== undefined) return { form: forms[0] };
  if (registries !== undefined) return { form: registryName === undefined ? 'sources' : 'operator' };
  return registryName === undefined ? {} : { form: 'single' };
}

function keysOfItems(items: readonly unknown[], keys: readonly string[]): string[] {
  return keys
    .filter((key) => items.some((item) => presentKeys(item, [key]).length > 0))
    .map((key) => `registries[].${key}`);
}

function mixedForms(used: readonly (readonly [ConfigForm, readonly string[]])[]): Finding {
  const parts = used.map(([form, keys]) => {
    return `${oneOfWords(keys, 'and')} ${keys.length === 1 ? 'belongs' : 'belong'} to ${FORM_NAMES[form]}`;
  });
  return { path: [], message: `mixes forms: ${oneOfWords(parts, 'but')}; write all of it in one form` };
}

/** Where a value of the sources-and-registries form is written in another form. */
export function pathInForm(form: ConfigForm, path: ConfigPath): ConfigPath {
  const [list, , ...rest] = path;
  if (form === 'sources' || (list !== 'sources' && list !== 'registries')) return path;
  if (form === 'operator') return ['registries', ...path.slice(1)];
  if (list === 'registries' || rest[0] === 'name') return ['registryName'];
  return rest[0] === 'syncPolicy' || rest[0] === 'filter' ? rest : ['source', ...rest];
}

/** The blocks that every form has, for a look at them where the form is in doubt. */
export function withoutFormKeys(root: unknown): unknown {
  return FORM_KEYS.reduce<unknown>((copy, key) => withValue(copy, [key], undefined), root);
}
