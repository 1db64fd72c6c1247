import { isDomainError, type DomainError } from '../common/domain-error.js';
import { isYamlName, jsonTextOf, YamlSyntaxError } from '../model/yaml-text.js';
import { MAX_REGISTRY_FILE_BYTES, readRegistryFile } from './registry-file.js';
import { checkRegistry, type RegistryCheck } from './validate-registry.js';
import type { FileReport, ValidationProblem } from './validation-report.js';

/** Checks registry files one after the other; one that cannot be read is one error and keeps no other from its check. */
export async function validateFiles(files: readonly string[], check: RegistryCheck): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await validateFile(file, check));
  return reports;
}

/** Checks one registry file of at most `maxBytes`, 100 MiB unless told otherwise. */
export async function validateFile(
  file: string,
  check: RegistryCheck,
  maxBytes = MAX_REGISTRY_FILE_BYTES,
): Promise<FileReport> {
  try {
    return { file, ...checkText(await readRegistryFile(file, maxBytes), check, isYamlName(file)) };
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return { file, ...refused(error) };
  }
}

/** Checks the text of a registry file, which may be YAML; `promisesYaml` when its name says so. */
export function checkText(
  text: string,
  check: RegistryCheck,
  promisesYaml = false,
): Omit<FileReport, 'file'> {
  let json: string;
  try {
    json = jsonTextOf(text, promisesYaml);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return refused(error);
  }
  const report = checkRegistry(json, check);
  // What YAML becomes keeps its lines, not its columns.
  return json === text ? report : { ...report, problems: report.problems.map(withoutColumn) };
}

function withoutColumn(problem: ValidationProblem): ValidationProblem {
  const { column: _column, ...rest } = problem;
  return rest;
}

function refused({ message, cause }: DomainError): Omit<FileReport, 'file'> {
  const place = cause instanceof YamlSyntaxError ? { line: cause.line, column: cause.column } : {};
  return { documents: 0, problems: [{ severity: 'error', pointer: '', ...place, message }] };
}
