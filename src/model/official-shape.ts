import { z } from 'zod';
import { parseAbsoluteUri } from './official-urls.js';
import { PUBLISHER_META } from './toolhive-format.js';

/** Issues with this parameter are warnings. */
export const AS_WARNING = { severity: 'warning' } as const;

const flag = optional(z.boolean());
const note = optional(z.string());
const version = characters(1, 255);

const inputMembers = {
  description: note,
  isRequired: flag,
  format: optional(z.enum(['string', 'number', 'boolean', 'filepath'])),
  value: note,
  isSecret: flag,
  default: note,
  placeholder: note,
  choices: optional(z.array(z.string())),
};
const variables = optional(z.record(z.string(), z.strictObject(inputMembers)));
const keyValueInput = z.strictObject({ ...inputMembers, variables, name: z.string() });

// One closed shape for both kinds, as the official registry reads them: a name beside "positional" is no fault.
const argument = z.strictObject({
  ...inputMembers,
  variables,
  type: z.string(),
  name: note,
  valueHint: note,
  isRepeated: flag,
});

const transport = z.strictObject({
  type: z.string(),
  url: note,
  headers: optional(z.array(keyValueInput)),
  variables,
});

const packageShape = z.strictObject({
  registryType: characters(1, Infinity),
  registryBaseUrl: optional(uri()),
  identifier: characters(1, Infinity),
  version: optional(version),
  fileSha256: optional(
    z.string().regex(/^[a-f0-9]{64}$/, 'This is no SHA-256 digest: write 64 lower-case hexadecimal digits.'),
  ),
  runtimeHint: note,
  transport,
  runtimeArguments: optional(z.array(argument)),
  packageArguments: optional(z.array(argument)),
  environmentVariables: optional(z.array(keyValueInput)),
});

const icon = z.strictObject({
  src: uri(characters(1, 255)),
  mimeType: optional(z.enum(['image/png', 'image/jpeg', 'image/jpg', 'image/svg+xml', 'image/webp'])),
  sizes: optional(z.array(z.string())),
  theme: optional(z.enum(['light', 'dark'])),
});

/**
 * The members of a server.json document with their types and lengths, closed against unknown ones, as the write
 * API of the official registry takes it (schema of 2025-12-11). What depends on the date of the document's own
 * schema, and what one member demands of another, are rules of their own.
 */
export const officialShape = z.strictObject({
  $schema: uri(),
  name: characters(3, 200),
  description: characters(1, 100),
  version,
  title: optional(characters(1, 100)),
  websiteUrl: optional(uri()),
  repository: optional(z.strictObject({ url: uri(), source: z.string(), id: note, subfolder: note })),
  icons: optional(z.array(icon)),
  packages: optional(z.array(packageShape)),
  remotes: optional(z.array(transport)),
  _meta: optional(z.looseObject({ [PUBLISHER_META]: optional(z.looseObject({})) })),
});

/** A member that may be absent. The official registry reads `null` as absent, the schema itself refuses it. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().superRefine((value, context) => {
    if (value !== null) return;
    context.addIssue({
      code: 'custom',
      message: 'The schema knows no null here: leave the member out.',
      params: AS_WARNING,
    });
  });
}

function uri(text = z.string()) {
  return text.refine(
    (value) => parseAbsoluteUri(value) !== undefined,
    'This is no absolute URL: write it in full.',
  );
}

/** Lengths count Unicode code points, as JSON Schema does, not UTF-16 units. */
function characters(min: number, max: number) {
  const range = max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  return z.string().refine((text) => {
    const length = codePoints(text);
    return length >= min && length <= max;
  }, `This text is too long or too short: write ${range} characters.`);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
