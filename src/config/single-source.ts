import type { z } from 'zod';
import type {
  ConfigForm,
  formSchemas,
  operatorFormSchema,
  singleFormSchema,
  sourcesFormSchema,
} from './config.schema.js';

type SourcesForm = z.output<typeof sourcesFormSchema>;
type SingleForm = z.output<typeof singleFormSchema>;
type OperatorForm = z.output<typeof operatorFormSchema>;

/** A configuration of any form, read by the schema of its form. */
export type ParsedForm = {
  [Form in ConfigForm]: { readonly form: Form; readonly value: z.output<(typeof formSchemas)[Form]> };
}[ConfigForm];

/** The same configuration as sources and registries: the older forms are short for them. */
export function asSourcesForm(parsed: ParsedForm): SourcesForm {
  if (parsed.form === 'single') return fromSingleSource(parsed.value);
  return parsed.form === 'operator' ? fromOperator(parsed.value) : parsed.value;
}

/** One source and one registry, both named `registryName`. */
function fromSingleSource({ registryName, source, syncPolicy, filter, ...shared }: SingleForm): SourcesForm {
  const { type: _type, ...settings } = source;
  return {
    ...shared,
    sources: [{ name: registryName, ...settings, syncPolicy, ...(filter !== undefined && { filter }) }],
    registries: [{ name: registryName, sources: [registryName] }],
  };
}

/** One source and one registry of the same name for each item. */
function fromOperator({ registryName: _registryName, registries, ...shared }: OperatorForm): SourcesForm {
  return {
    ...shared,
    sources: registries,
    registries: registries.map(({ name }) => ({ name, sources: [name] })),
  };
}
