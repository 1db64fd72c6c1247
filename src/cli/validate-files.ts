import { isDomainError } from '../common/domain-error.js';
import { MAX_REGISTRY_FILE_BYTES, readRegistryFile } from './registry-file.js';
import { checkRegistry, type RegistryCheck } from './validate-registry.js';
import type { FileReport } from './validation-report.js';

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
    return { file, ...checkRegistry(await readRegistryFile(file, maxBytes), check) };
  } catch (error) {
    if (!isDomainError(error)) throw error;
    const problem = { severity: 'error', pointer: '', message: error.message } as const;
    return { file, documents: 0, problems: [problem] };
  }
}
