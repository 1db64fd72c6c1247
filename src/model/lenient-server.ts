/**
 * What a `server.json` from a source must fulfil (MCP registry, generic server.json, all dated forms): everything
 * that would make a known client fail is refused, all else is kept as its author wrote it. Both spellings of the
 * 2025-07-09 form are known (`registry_type` and `registryType`).
 */
import { z } from 'zod';
import { type DocumentProblem, problemsOf } from './document-problem.js';
import { description, optionalFlag, optionalText, optionalTexts, version } from './lenient-fields.js';
import { asText, memberOf } from './json-value.js';
import { PUBLISHER_META } from './toolhive-format.js';

const ADDRESSABLE = /^(?!\.{1,2}\/)(?!.*\/\.{1,2}$)/;
const NAME = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;

const input = {
  description: optionalText,
  format: optionalText,
  value: optionalText,
  default: optionalText,
  placeholder: optionalText,
  choices: optionalTexts,
  isRequired: optionalFlag,
  is_required: optionalFlag,
  isSecret: optionalFlag,
  is_secret: optionalFlag,
};

const variables = z.record(z.string(), z.looseObject(input)).nullish();

/** Environment variables, headers and arguments in one: their members differ, but never in type. */
const inputs = z
  .array(
    z.looseObject({
      ...input,
      variables,
      name: optionalText,
      type: optionalText,
      valueHint: optionalText,
      value_hint: optionalText,
      isRepeated: optionalFlag,
      is_repeated: optionalFlag,
    }),
  )
  .nullish();

const transport = z.looseObject({ type: z.string(), url: optionalText, headers: inputs, variables });
const remote = transport.extend({ url: z.string() });

const packageFields = z.looseObject({
  registryType: optionalText,
  registry_type: optionalText,
  identifier: z.string(),
  registryBaseUrl: optionalText,
  registry_base_url: optionalText,
  version: optionalText,
  fileSha256: optionalText,
  file_sha256: optionalText,
  runtimeHint: optionalText,
  runtime_hint: optionalText,
  // Records of 2025 have packages without one; clients take them for stdio.
  transport: transport.nullish(),
  runtimeArguments: inputs,
  runtime_arguments: inputs,
  packageArguments: inputs,
  package_arguments: inputs,
  environmentVariables: inputs,
  environment_variables: inputs,
});
const serverPackage = packageFields.refine(
  (fields) => typeof (fields.registryType ?? fields.registry_type) === 'string',
  {
    path: ['registryType'],
    message: 'is missing',
  },
);

const icon = z.looseObject({
  src: z.string(),
  mimeType: optionalText,
  sizes: optionalTexts,
  theme: optionalText,
});

const repository = z.looseObject({
  url: optionalText,
  source: optionalText,
  id: optionalText,
  subfolder: optionalText,
});

/**
 * VS Code reads the publisher's `github` block. With `name` and without `nameWithOwner` it throws while it builds
 * the page, and shows nothing of the whole catalogue.
 */
const publisherData = z.looseObject({}).refine(
  (data) => {
    const name = asText(memberOf(data['github'], 'name')) ?? '';
    return name === '' || asText(memberOf(data['github'], 'nameWithOwner')) !== undefined;
  },
  {
    path: ['github', 'nameWithOwner'],
    message: 'is missing beside name; VS Code shows no page that has such an entry',
  },
);

const server = z.looseObject({
  $schema: optionalText,
  name: z
    .string()
    .min(3, 'must have at least 3 characters')
    .max(200, 'must not be longer than 200 characters')
    .regex(NAME, 'must be a namespace and a name of letters, digits, ".", "-" (and "_") with one "/" between')
    .regex(ADDRESSABLE, 'must not have "." or ".." as a part, which URLs drop'),
  description,
  version,
  title: optionalText,
  websiteUrl: optionalText,
  website_url: optionalText,
  status: optionalText,
  repository: repository.nullish(),
  icons: z.array(icon).nullish(),
  packages: z.array(serverPackage).nullish(),
  remotes: z.array(remote).nullish(),
  _meta: z.looseObject({ [PUBLISHER_META]: publisherData.nullish() }).nullish(),
});

/** Why a parsed `server.json` would harm a client, or break what is promised to it; empty when it would not. */
export function checkServer(value: unknown): readonly DocumentProblem[] {
  return problemsOf(server, value);
}
