/**
 * What a skill or plugin document from a source must fulfil (upstream registry format of ToolHive): names and
 * versions must be addressable, known members must have their type, all else is kept.
 */
import { z } from 'zod';
import { type DocumentProblem, problemsOf } from './document-problem.js';
import { description, optionalObject, optionalText, optionalTexts, version } from './lenient-fields.js';

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** The format leaves it open; these are the characters that stay one unambiguous part of `namespace/name`. */
const NAMESPACE = /^[^/\p{Control}\p{Surrogate}]+$/u;

const icon = z.looseObject({ src: z.string(), size: optionalText, type: optionalText, label: optionalText });

const skillPackage = z.looseObject({
  registryType: z.string(),
  identifier: optionalText,
  digest: optionalText,
  mediaType: optionalText,
  url: optionalText,
  ref: optionalText,
  commit: optionalText,
  subfolder: optionalText,
});

const skill = z.looseObject({
  namespace: z
    .string()
    .min(3, 'must have at least 3 characters')
    .max(128, 'must not be longer than 128 characters')
    .regex(NAMESPACE, 'must not hold "/" or control characters'),
  name: z
    .string()
    .max(64, 'must not be longer than 64 characters')
    .regex(NAME, 'must be lower-case letters and digits, with "-" between them'),
  description,
  version,
  status: optionalText,
  title: optionalText,
  license: optionalText,
  compatibility: optionalText,
  allowedTools: optionalTexts,
  repository: z.looseObject({ url: optionalText, type: optionalText }).nullish(),
  icons: z.array(icon).nullish(),
  packages: z.array(skillPackage).nullish(),
  metadata: optionalObject,
  _meta: optionalObject,
});

/** Why a parsed skill or plugin document would harm a client; empty when it would not. */
export function checkSkill(value: unknown): readonly DocumentProblem[] {
  return problemsOf(skill, value);
}
